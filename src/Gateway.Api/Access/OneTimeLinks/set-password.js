'use strict';

// The link is /console/set-password#purpose=invitation|password-reset&token=…
const link = new URLSearchParams(location.hash.slice(1));
const token = link.get('token');
const paths = { 'invitation': '/api/v1/auth/invitations:accept', 'password-reset': '/api/v1/auth/password:reset' };
const path = paths[link.get('purpose')];
history.replaceState(null, '', location.pathname); // Neither history nor a screenshot shall keep the token.

const form = document.getElementById('form');
const message = document.getElementById('message');
const password = document.getElementById('password');
const again = document.getElementById('again');
const save = document.getElementById('save');

function say(text, good) {
  message.textContent = text;
  message.className = good ? 'good' : 'bad';
}

function reasonOf(problem) {
  const errors = Array.isArray(problem.errors) ? problem.errors.map((e) => e.message).filter(Boolean) : [];
  return errors.length > 0 ? errors.join(' ') : problem.detail || problem.title || 'It did not work; try again.';
}

if (!token || !path) {
  say('This link is not complete. Copy it whole, or ask an administrator for another one.', false);
} else {
  form.hidden = false;
  password.focus();
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (password.value !== again.value) {
    say('The two passwords differ.', false);
    again.focus();
    return;
  }

  save.disabled = true;
  say('One moment …', true);
  try {
    const answer = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      credentials: 'omit',
      body: JSON.stringify({ token, password: password.value }),
    });
    if (answer.ok) {
      form.remove();
      say('The password is set. You can sign in with it now; all earlier sessions have ended.', true);
      return;
    }

    say(reasonOf(await answer.json()), false);
  } catch {
    say('The gateway does not answer; try again in a moment. The link is still good.', false);
  }

  save.disabled = false;
});
