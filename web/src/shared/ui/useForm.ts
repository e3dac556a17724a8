import { type FormEvent, useEffect, useRef, useState } from 'react';
import { fieldProblemsOf } from '../problem';
import { wordsFor } from '../words/errors';

type Errors<Values> = Partial<Record<keyof Values & string, string>>;

interface FormOptions<Values> {
  initial: Values;
  /** What can be known to be wrong without asking; the server has the last word. */
  validate?: (values: Values) => Errors<Values>;
  submit: (values: Values) => Promise<void>;
}

/**
 * The life of a form: what was typed is kept, an error stays at its field until the field is changed,
 * what belongs to no field is said above the button, and a form in flight cannot be sent again.
 */
export function useForm<Values extends object>({ initial, validate, submit }: FormOptions<Values>) {
  const [values, setValues] = useState(initial);
  const [errors, setErrors] = useState<Errors<Values>>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [isPending, setPending] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    if (Object.keys(errors).length === 0) return;
    form.current
      ?.querySelector<HTMLElement>('[data-invalid] :is(input, textarea, button, [role=spinbutton])')
      ?.focus();
  }, [errors]);

  const set = <Key extends keyof Values & string>(key: Key, value: Values[Key]) => {
    if (Object.is(values[key], value)) return;
    setValues((current) => ({ ...current, [key]: value }));
    if (errors[key] !== undefined) {
      const { [key]: _, ...rest } = errors;
      setErrors(rest as Errors<Values>);
    }
  };

  /** Spread into a field. */
  const field = <Key extends keyof Values & string>(key: Key) => ({
    value: values[key],
    onChange: (value: Values[Key]) => set(key, value),
    error: errors[key],
  });

  const refuse = (error: unknown) => {
    const known = fieldProblemsOf(error).filter((one) => one.field in values);
    setErrors(Object.fromEntries(known.map((one) => [one.field, one.detail])) as Errors<Values>);
    setProblem(known.length > 0 ? null : wordsFor(error));
  };

  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    if (isPending) return;
    const wrong = validate?.(values) ?? {};
    setErrors(wrong);
    setProblem(null);
    if (Object.keys(wrong).length > 0) return;
    setPending(true);
    try {
      await submit(values);
    } catch (error) {
      refuse(error);
    } finally {
      setPending(false);
    }
  };

  return {
    values,
    set,
    field,
    errors,
    problem,
    isPending,
    formProps: { ref: form, onSubmit, noValidate: true },
  };
}
