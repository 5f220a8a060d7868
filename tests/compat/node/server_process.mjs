// A server of our own for a test: on a free port and a Unix socket, in a folder of its own.
//
//   const server = await startServer('--requirepass', 'secret');
//   ... server.port, server.unixSocket ...
//   await server.stop();                       // by SIGTERM; another status than 0 is an error
//
// The program is the one of the environment's CINNABAR_SERVER.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const READY = 'Ready to accept connections';

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

class ServerProcess {
  constructor(directory, port, options) {
    this.directory = directory;
    this.port = port;
    this.unixSocket = join(directory, 'socket');
    this.options = options;
  }

  // Resolves when it is ready, rejects when it ends before.
  async start() {
    this.log = '';
    this.process = spawn(process.env.CINNABAR_SERVER, [
      '--port', this.port, '--bind', '127.0.0.1', '--unixsocket', this.unixSocket,
      '--dir', this.directory, ...this.options]);
    this.exit = new Promise((resolve) => {
      this.process.on('exit', (status, signal) => resolve(signal ?? status));
    });
    await new Promise((resolve, reject) => {
      this.exit.then((status) => reject(new Error(`the server ended with ${status}:\n${this.log}`)));
      this.process.on('error', reject);
      for (const stream of [this.process.stdout, this.process.stderr]) {
        stream.on('data', (data) => {
          this.log += data;
          if (this.log.includes(READY)) resolve();
        });
      }
    });
  }

  async end() {
    this.process.kill('SIGTERM');
    const status = await this.exit;
    if (status !== 0) throw new Error(`the server ended with ${status}:\n${this.log}`);
  }

  async restart() {
    await this.end();
    await this.start();
  }

  async stop() {
    try {
      await this.end();
    } finally {
      await rm(this.directory, { recursive: true });
    }
  }
}

export async function startServer(...options) {
  const directory = await mkdtemp(join(tmpdir(), 'cinnabar-'));
  for (let attempt = 1; ; ++attempt) {
    const server = new ServerProcess(directory, await freePort(), options);
    try {
      await server.start();
      return server;
    } catch (error) {
      // Somebody else may have taken the port in between.
      if (attempt === 5 || !server.log.includes('in use')) throw error;
    }
  }
}
