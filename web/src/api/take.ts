// What the generated client answers, as the rest of the program wants it.

import { ProblemError, problemFrom } from '~/shared/problem';

interface Answer<Body> {
  data?: Body;
  error?: unknown;
  response: Response;
}

/** The body of a success, or a ProblemError with what the server said. */
export async function take<Body>(answer: Promise<Answer<Body>>): Promise<Body> {
  const { data, error, response } = await answer;
  if (!response.ok) throw new ProblemError(problemFrom(response.status, error));
  return data as Body;
}
