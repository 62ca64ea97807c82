'use strict';

// Shows the document that the page names. Nothing is asked of another host: the validator of swagger.io stays off.
const target = document.getElementById('operations');
window.SwaggerUIBundle({
  domNode: target,
  url: target.dataset.document,
  validatorUrl: null,
  deepLinking: true,
  filter: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  docExpansion: 'list',
});
