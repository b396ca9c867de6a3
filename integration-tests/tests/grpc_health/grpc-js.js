// A gRPC client that does as it is told: orders and what it hears are lines of JSON. See `client.rs`.
'use strict';

const readline = require('node:readline');
const grpc = require('@grpc/grpc-js');
const health = require('grpc-health-check');

const Health = grpc.makeGenericClientConstructor(health.service, 'Health');
const clients = new Map();
const calls = new Map();

function say(order, kind, what) {
  process.stdout.write(JSON.stringify({ id: order.id, said: { [kind]: what } }) + '\n');
}

function client(order) {
  const key = order.to + order.gzip;
  if (!clients.has(key)) {
    const options = { 'grpc.use_local_subchannel_pool': 1 };
    if (order.gzip) options['grpc.default_compression_algorithm'] = grpc.compressionAlgorithms.gzip;
    clients.set(key, new Health(order.to, grpc.credentials.createInsecure(), options));
  }
  return clients.get(key);
}

// A string as field 1, for messages shorter than 128 bytes.
const text = (message) => Buffer.concat([Buffer.from([10, message.length]), Buffer.from(message)]);
const untext = (message) => message.subarray(2).toString();

function call(order) {
  const to = client(order);
  const options = order.timeout === null ? {} : { deadline: Date.now() + order.timeout * 1000 };
  const request = { service: order.text };
  const metadata = new grpc.Metadata();
  const once = (kind, what) => (error, response) => {
    if (!error) say(order, kind, what(response));
    say(order, 'end', error ? grpc.status[error.code] : 'OK');
  };
  const each = (stream, kind, what) => {
    stream.on('data', (message) => say(order, kind, what(message)));
    // It follows each end with a status, and an error in addition where that isn't OK.
    stream.on('error', () => {});
    stream.on('status', (status) => say(order, 'end', grpc.status[status.code]));
    return stream;
  };
  const same = (message) => message;
  switch (order.op) {
    case 'check':
      return to.Check(request, metadata, options, once('status', (response) => response.status));
    case 'watch':
      return each(to.Watch(request, metadata, options), 'status', (response) => response.status);
    case 'list': {
      const status = ([name, response]) => [name, response.status];
      const named = (response) => Object.fromEntries(Object.entries(response.statuses).map(status));
      return to.List({}, metadata, options, once('statuses', named));
    }
    case 'unknown': {
      const path = '/grpc.health.v1.Health/Nothing';
      return to.makeUnaryRequest(path, same, same, Buffer.alloc(0), metadata, options, once('text', String));
    }
    case 'unary':
      return to.makeUnaryRequest('/test.Echo/Unary', text, untext, order.text, metadata, options, once('text', same));
    case 'stream':
      return each(to.makeServerStreamRequest('/test.Echo/Stream', text, untext, '', metadata, options), 'text', same);
  }
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const order = JSON.parse(line);
  if (order.op === 'cancel') calls.get(order.id).cancel();
  else calls.set(order.id, call(order));
}).on('close', () => process.exit(0));
