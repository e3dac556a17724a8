// The one place where an error code becomes words. First what happened, then what to do. A code that
// is not here is spoken with the server's own sentence.

import { ProblemError } from '../problem';

const sentences: Record<string, string> = {
  offline: '연결이 끊겼어요. 인터넷 연결을 확인하고 다시 시도해 주세요.',
  timeout: '응답이 늦어지고 있어요. 잠시 뒤에 다시 시도해 주세요.',
  http_500: '잠시 문제가 생겼어요. 다시 시도해 주세요.',
  http_502: '서버에 연결하지 못했어요. 잠시 뒤에 다시 시도해 주세요.',
  http_503: '지금은 처리할 수 없어요. 잠시 뒤에 다시 시도해 주세요.',
  http_504: '응답이 늦어지고 있어요. 잠시 뒤에 다시 시도해 주세요.',
  internal: '잠시 문제가 생겼어요. 다시 시도해 주세요.',
  not_signed_in: '로그인이 필요해요. 카카오로 로그인해 주세요.',
  forbidden: '볼 수 있는 권한이 없어요. 다른 계정으로 로그인했는지 확인해 주세요.',
  not_found: '찾는 내용이 없어요. 주소를 다시 확인해 주세요.',
  invalid_body: '보낸 내용을 읽지 못했어요. 입력한 값을 확인해 주세요.',
  body_too_large: '파일이 너무 커요. 5MB보다 작은 파일을 올려 주세요.',
  origin_refused: '다른 사이트에서 보낸 요청이라 막았어요. 이 페이지를 새로 열어 주세요.',
  idempotency_key_missing: '요청이 온전하지 않아요. 페이지를 새로 열고 다시 시도해 주세요.',

  business_number_invalid: '사업자등록번호가 맞지 않아요. 10자리를 다시 확인해 주세요.',
  slug_taken: '이미 쓰고 있는 주소예요. 다른 주소를 적어 주세요.',
  slug_invalid: '영문 소문자로 시작해 소문자, 숫자, 하이픈(-)으로 3자에서 30자까지 적어 주세요.',
  window_past: '이미 지난 시간이에요. 앞으로의 시간을 골라 주세요.',
  window_order: '끝나는 시간이 시작 시간보다 늦어야 해요.',
  window_too_long: '한 번에 빌릴 수 있는 시간을 넘었어요. 시간을 줄여 주세요.',
  window_taken: '이 시간에는 이미 빌린 타임딜이 있어요. 다른 시간을 골라 주세요.',
  capacity_exceeded: '이 시간은 자리가 부족해요. 다른 시간이나 더 작은 요금제를 골라 주세요.',
  rental_unknown: '찾는 타임딜이 없어요. 목록에서 다시 확인해 주세요.',
  company_unknown: '찾는 가게가 없어요. 주소를 다시 확인해 주세요.',
  not_admin: '관리자만 볼 수 있어요. 관리자 계정으로 로그인해 주세요.',
  not_owner: '가게의 대표만 할 수 있어요.',
  storage_unavailable: '사진 저장소에 연결하지 못했어요. 잠시 뒤에 다시 올려 주세요.',
  not_settled: '아직 정산 전이에요. 타임딜이 끝나면 정산 결과를 볼 수 있어요.',
  merchant_missing: '결제키가 없어요. 설정에서 결제키를 등록해 주세요.',
  image_invalid: '읽을 수 없는 사진이에요. PNG, JPEG, WebP 사진을 올려 주세요.',
  image_too_large: '사진이 너무 커요. 5MB보다 작은 사진을 올려 주세요.',

  ticket_missing: '대기 순서가 없어요. 다시 줄을 서 주세요.',
  ticket_invalid: '대기 순서를 확인하지 못했어요. 다시 줄을 서 주세요.',
  proof_required: '순서를 받기 전에 사람이 맞는지 확인해야 해요. 다시 시도해 주세요.',
  proof_wrong: '사람이 맞는지 확인하지 못했어요. 다시 시도해 주세요.',
  proof_expired: '사람이 몰려 확인이 늦어졌어요. 잠시 뒤에 다시 시도해 주세요.',
  proof_unsolvable: '이 브라우저에서는 확인할 수 없어요. 다른 브라우저로 다시 열어 주세요.',
  not_called: '아직 차례가 아니에요. 순서가 되면 알려 드릴게요.',
  place_taken_back: '입장 시간이 지나 자리가 다음 분에게 갔어요. 다시 입장할 수 있는지 확인할게요.',
  pass_missing: '입장한 기록이 없어요. 대기 화면에서 다시 입장해 주세요.',
  pass_invalid: '입장 정보를 확인하지 못했어요. 대기 화면에서 다시 입장해 주세요.',
  pass_expired: '오래 머물러 입장 시간이 끝났어요. 대기 화면에서 다시 입장해 주세요.',
  invitation_waits: '지금은 빈자리가 없어요. 다음에 나는 자리를 먼저 드릴게요. 잠시 뒤에 다시 눌러 주세요.',
  invitation_spent: '이미 쓴 초대 링크예요. 대기 순서는 그대로 있으니 차례가 되면 들어갈 수 있어요.',
  invitation_withdrawn: '판매자가 이 초대 링크를 거뒀어요. 초대 없이도 대기 순서대로 들어갈 수 있어요.',
  not_open: '아직 열리지 않았어요. 시작 시간에 다시 만나요.',
  closed: '타임딜이 끝났어요.',
  paused: '판매가 잠시 멈췄어요. 다시 열리면 이어서 진행할 수 있어요.',
  sold_out: '모두 팔렸어요. 결제하지 않은 재고가 돌아오면 다시 살 수 있어요.',
  limit_reached: '한 사람이 살 수 있는 수량을 모두 담았어요.',
  product_unknown: '지금은 팔지 않는 상품이에요.',
  order_unknown: '찾는 주문이 없어요. 주문 목록에서 다시 확인해 주세요.',
  order_state: '주문 상태가 바뀌었어요. 새로운 상태를 확인해 주세요.',
  sealed: '타임딜이 정산 중이라 더 바꿀 수 없어요.',
  gateway_unavailable: '결제사에 연결하지 못했어요. 재고는 맡아 두었으니 다시 시도해 주세요.',
  gateway_resting: '결제사가 잠시 응답하지 않아요. 재고는 맡아 두었으니 잠시 뒤에 다시 시도해 주세요.',
  store_unavailable: '지금은 처리할 수 없어요. 순서는 그대로이니 잠시 뒤에 다시 시도해 주세요.',
  store_full: '지금은 새 대기나 주문을 받을 수 없어요. 이미 받은 순서와 주문은 그대로 있어요.',
  guest_links_exhausted: '초대 링크는 타임딜마다 1,000개까지 만들 수 있어요.',
  deal_not_running: '지금은 열려 있지 않은 타임딜이에요.',
};

const fallback = '처리하지 못했어요. 잠시 뒤에 다시 시도해 주세요.';

/** The sentence for a code, or what the server said, or the fallback. */
export const sentence = (code: string, detail = ''): string => sentences[code] ?? (detail || fallback);

/** What to show for anything that was thrown. */
export function wordsFor(error: unknown): string {
  if (error instanceof ProblemError) {
    // A server's own words about this very request are more exact than ours about the code.
    return error.status === 422 || error.status === 409 || error.status === 400
      ? error.problem.detail || sentence(error.code)
      : sentence(error.code, error.problem.detail);
  }
  return fallback;
}
