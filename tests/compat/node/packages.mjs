// The clients, from the folder into which run_test.py installed them.

import { createRequire } from 'node:module';

const require = createRequire(`${process.env.CLIENT_PACKAGES}/package.json`);

export const redis = require('redis');
export const Ioredis = require('ioredis');
