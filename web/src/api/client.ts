// The generated client on our own transport.

import createClient from 'openapi-fetch';
import type { paths } from './schema';
import { transport } from './transport';

export const client = createClient<paths>({ fetch: transport });
