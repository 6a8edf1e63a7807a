// Talks to a server with Node's own HTTP client.  usage: node client.mjs PORT SOCKET-FILE LARGE-FILE
import assert from 'node:assert';
import fs from 'node:fs';
import http from 'node:http';

const [port, socketPath, large] = process.argv.slice(2);
const ways = {tcp: {host: '127.0.0.1', port}, unix: {socketPath}};

/** Sends a request, and its body piece by piece: without a length Node sends chunks. */
function ask(way, agent, method, path, pieces = [], headers = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request({...way, agent, method, path, headers}, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => resolve({
        status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks),
        reused: request.reusedSocket, socket: request.socket, continued: request.continued === true,
      }));
    });
    request.setTimeout(20_000, () => request.destroy(new Error('no answer to ' + method + ' ' + path)));
    request.on('error', reject);
    request.on('continue', () => { request.continued = true; finish(); });
    function finish() {
      pieces.forEach((piece) => request.write(piece));
      request.end();
    }
    if (headers.Expect) request.flushHeaders(); else finish();
  });
}

async function keepAlive(way) {
  const agent = new http.Agent({keepAlive: true, maxSockets: 1});
  const first = await ask(way, agent, 'GET', '/');
  assert.equal(first.body.toString(), '<h1>index</h1>\n');
  for (let i = 0; i < 20; i++) {
    for (const [method, path, status] of
        [['GET', '/one.bin', 200], ['GET', '/h204', 204], ['HEAD', '/none', 404], ['OPTIONS', '/', 204]]) {
      const answer = await ask(way, agent, method, path);
      assert.equal(answer.status, status, method + ' ' + path);
      assert.ok(answer.reused, 'the connection was not kept before ' + method + ' ' + path);
    }
  }
  agent.destroy();
}

async function uploads(way) {
  const agent = new http.Agent({keepAlive: true});
  const piece = Buffer.alloc(10_007, 'edgewise ');
  const whole = Buffer.concat(Array(50).fill(piece));
  const chunked = await ask(way, agent, 'POST', '/echo', Array(50).fill(piece));
  assert.ok(chunked.body.equals(whole));
  assert.equal(chunked.headers['content-length'], String(whole.length));
  const fixed = await ask(way, agent, 'PUT', '/echo', [whole], {'Content-Length': whole.length});
  assert.ok(fixed.body.equals(whole));
  const expecting = await ask(way, agent, 'POST', '/echo', [piece], {Expect: '100-continue'});
  assert.ok(expecting.continued, 'no 100 (Continue) came');
  assert.ok(expecting.body.equals(piece));
  agent.destroy();
}

async function parallel(way) {
  const agent = new http.Agent({keepAlive: true, maxSockets: 10});
  const content = fs.readFileSync(large);
  const answers = await Promise.all(
      Array.from({length: 40}, (_, i) => i % 4
          ? ask(way, agent, 'POST', '/echo', ['part ', String(i)])
          : ask(way, agent, 'GET', '/sub/deep/large.bin')));
  answers.forEach((answer, i) => i % 4
      ? assert.equal(answer.body.toString(), 'part ' + i)
      : assert.ok(answer.body.equals(content)));
  assert.equal(new Set(answers.map((answer) => answer.socket)).size, 10, 'a connection was not kept');
  agent.destroy();
}

for (const way of Object.values(ways)) {
  await keepAlive(way);
  await uploads(way);
  await parallel(way);
}
const page = await fetch(`http://127.0.0.1:${port}/`); // undici, another client than node:http
assert.equal(await page.text(), '<h1>index</h1>\n');
console.log('ok');
