// Makes one call of the REST resources with node-mailjet. In: {host, key, secret, method, resource, id, action, body,
// params, version} as JSON on stdin. Out: status and body of the answer.
const Mailjet = require('node-mailjet')

const { host, key, secret, method, resource, id, action, body, params, version } = JSON.parse(require('fs').readFileSync(0, 'utf8'))
const mailjet = Mailjet.apiConnect(key, secret, { config: { host, version: version || 'v3' } })

let call = mailjet[method](resource)
if (id) call = call.id(id)
if (action) call = call.action(action)
call
  .request(body, params)
  .then(({ response, body }) => console.log(JSON.stringify({ status: response.status, body })))
  .catch((error) => console.log(JSON.stringify({ status: error.statusCode, message: error.message })))
