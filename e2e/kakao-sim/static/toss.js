// Stands in for the script of Toss Payments: the same calls, and the simulator's page as the window.
'use strict';

(() => {
  const page = new URL('window', document.currentScript.src);

  const refuse = (code, message) => Promise.reject(Object.assign(new Error(message), { code }));

  function requestPayment(clientKey, wanted) {
    const { method, amount, orderId, orderName, successUrl, failUrl } = wanted;
    if (method !== 'CARD') return refuse('INVALID_PARAMETERS', 'method');
    if (!amount || amount.currency !== 'KRW' || !Number.isInteger(amount.value)) {
      return refuse('INVALID_PARAMETERS', 'amount');
    }
    const opening = { clientKey, orderId, orderName, amount: amount.value, successUrl, failUrl };
    page.search = new URLSearchParams(opening).toString();
    location.assign(page);
    // The page goes away, and with it whoever waits.
    return new Promise(() => {});
  }

  function TossPayments(clientKey) {
    return {
      payment({ customerKey }) {
        if (!customerKey) throw Object.assign(new Error('customerKey'), { code: 'INVALID_CUSTOMER_KEY' });
        return { requestPayment: (wanted) => requestPayment(clientKey, wanted) };
      },
    };
  }

  TossPayments.ANONYMOUS = 'ANONYMOUS';
  window.TossPayments = TossPayments;
})();
