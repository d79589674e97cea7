// Sends one mail with nodemailer over STARTTLS. In: {port, user, pass, mail} as JSON on stdin. Out: the server's reply.
const nodemailer = require('nodemailer')

const { port, user, pass, mail } = JSON.parse(require('fs').readFileSync(0, 'utf8'))
const transport = nodemailer.createTransport({ host: 'localhost', port, requireTLS: true, auth: { user, pass } })
for (const attachment of mail.attachments) attachment.content = Buffer.from(attachment.content, 'base64')

transport
  .sendMail(mail)
  .then(({ response }) => console.log(JSON.stringify({ response })))
  .catch(({ responseCode, response }) => console.log(JSON.stringify({ responseCode, response })))
