// Opens the payment window of Toss Payments with what the page says, once by itself and again on a press.
'use strict';

const page = document.getElementById('window').dataset;
const words = document.getElementById('words');
const again = document.getElementById('again');

function wait(text) {
  words.textContent = text;
  again.hidden = false;
  again.focus();
}

async function open() {
  again.hidden = true;
  if (typeof TossPayments !== 'function') {
    wait('결제창을 불러오지 못했어요. 빠져나간 돈은 없으니 다시 열어 주세요.');
    return;
  }
  try {
    const payment = TossPayments(page.clientKey).payment({ customerKey: TossPayments.ANONYMOUS });
    await payment.requestPayment({
      method: 'CARD',
      amount: { currency: 'KRW', value: Number(page.amount) },
      orderId: page.order,
      orderName: page.orderName,
      successUrl: page.approve,
      failUrl: page.fail,
    });
  } catch (error) {
    if (error && error.code === 'USER_CANCEL') location.replace(page.cancel);
    else wait('결제창을 열지 못했어요. 빠져나간 돈은 없으니 다시 열어 주세요.');
  }
}

again.addEventListener('click', () => {
  // A script that did not load is asked for again by loading the page again.
  if (typeof TossPayments === 'function') open();
  else location.reload();
});

// Whoever comes back from the window wants to leave, not to be sent there once more. The order's own page
// says how things stand.
const leave = () => location.replace(page.back);
const arrival = performance.getEntriesByType('navigation')[0];
addEventListener('pageshow', (event) => {
  if (event.persisted) leave();
});
if (arrival && arrival.type === 'back_forward') leave();
else open();
