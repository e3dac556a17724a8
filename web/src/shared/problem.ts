// What a server says when it refuses: an RFC 9457 problem with a stable code and words for the screen.

export interface FieldProblem {
  field: string;
  code: string;
  detail: string;
}

export interface Problem {
  status: number;
  /** Stable, snake_case. `offline` and `timeout` are ours: the server was never reached. */
  code: string;
  /** Korean, for the screen. */
  detail: string;
  errors?: FieldProblem[];
  /** When the server wants to be asked again. */
  retryAfterMs?: number;
}

/** The only error that the API layer throws. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.status} ${problem.code}`);
    this.name = 'ProblemError';
    this.problem = problem;
  }

  get code(): string {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function fieldProblems(value: unknown): FieldProblem[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isRecord).map((error) => ({
    field: String(error.field ?? ''),
    code: String(error.code ?? ''),
    detail: String(error.detail ?? ''),
  }));
}

/** Reads a refusal, whatever is in its body: a proxy in between may have answered with HTML. */
export function problemFrom(status: number, body: unknown): Problem {
  if (!isRecord(body) || typeof body.code !== 'string') return { status, code: `http_${status}`, detail: '' };
  return {
    status,
    code: body.code,
    detail: typeof body.detail === 'string' ? body.detail : '',
    errors: fieldProblems(body.errors),
  };
}

export const codeOf = (error: unknown): string => (error instanceof ProblemError ? error.code : 'unknown');

export const fieldProblemsOf = (error: unknown): FieldProblem[] =>
  error instanceof ProblemError ? (error.problem.errors ?? []) : [];
