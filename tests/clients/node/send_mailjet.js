// Sends one message with node-mailjet, by v3.1 or by v3. In: {host, key, secret, message, version} as JSON on stdin.
// Out: the answer's body.
const Mailjet = require('node-mailjet')

const { host, key, secret, message, version = 'v3.1' } = JSON.parse(require('fs').readFileSync(0, 'utf8'))
const mailjet = Mailjet.apiConnect(key, secret, { config: { host } })

mailjet
  .post('send', { version })
  .request(version === 'v3' ? message : { Messages: [message] })
  .then(({ body }) => console.log(JSON.stringify({ body })))
  .catch(({ statusCode, message }) => console.log(JSON.stringify({ statusCode, message })))
