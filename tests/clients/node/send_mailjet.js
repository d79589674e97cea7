// Sends one v3.1 message with node-mailjet. In: {host, key, secret, message} as JSON on stdin. Out: the answer's body.
const Mailjet = require('node-mailjet')

const { host, key, secret, message } = JSON.parse(require('fs').readFileSync(0, 'utf8'))
const mailjet = Mailjet.apiConnect(key, secret, { config: { host } })

mailjet
  .post('send', { version: 'v3.1' })
  .request({ Messages: [message] })
  .then(({ body }) => console.log(JSON.stringify({ body })))
  .catch(({ statusCode, message }) => console.log(JSON.stringify({ statusCode, message })))
