// Counts the payment's time down and follows the phone. Without it the pages say the same and come again by themselves.
"use strict";

const POLL_MS = 1000;
const POLL_MS_AFTER_AN_ERROR = 3000;

function countDown(element) {
  const skew = Number(element.dataset.now) - Date.now();
  const until = Number(element.dataset.until);
  const show = () => {
    const seconds = Math.max(0, Math.floor((until - Date.now() - skew) / 1000));
    element.textContent = `${Math.floor(seconds / 60)}분 ${String(seconds % 60).padStart(2, "0")}초`;
    if (seconds > 0) setTimeout(show, 250);
  };
  show();
}

function follow(element) {
  const status = element.querySelector("[data-status]");
  const ask = async () => {
    try {
      const answer = await fetch(element.dataset.poll, { headers: { accept: "application/json" } });
      const { state, next } = await answer.json();
      if (next) {
        status.textContent = state === "paid" ? "결제를 확인했어요. 주문으로 돌아갈게요." : "결제하지 않았어요. 주문으로 돌아갈게요.";
        location.replace(next);
        return;
      }
      status.textContent = "결제를 기다리고 있어요.";
      setTimeout(ask, POLL_MS);
    } catch {
      status.textContent = "연결이 끊겼어요. 다시 확인하고 있어요.";
      setTimeout(ask, POLL_MS_AFTER_AN_ERROR);
    }
  };
  setTimeout(ask, POLL_MS);
}

function submitOnce(form) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  // Coming back to the page from the browser's history makes the button work again.
  addEventListener("pageshow", () => {
    sent = false;
  });
}

document.querySelectorAll("[data-countdown]").forEach(countDown);
document.querySelectorAll("[data-poll]").forEach(follow);
document.querySelectorAll("[data-once]").forEach(submitOnce);
