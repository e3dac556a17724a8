// One term for one thing, on every screen. A word that is not here is not a term.

export const glossary = {
  deal: '타임딜',
  queueNumber: '대기 순서',
  enter: '입장',
  order: '주문',
  payment: '결제',
  refund: '환불',
  settlement: '정산',
  rental: '대여',
  plan: '요금제',
  merchantKey: '결제키',
} as const;

/** Payment providers, as people know them. */
export const providers = { kakaoPay: '카카오페이', toss: '토스페이먼츠' } as const;

export type ProviderCode = keyof typeof providers;

/** The eight categories, in the order in which they are always listed. */
export const categories = {
  fashion: '패션',
  beauty: '뷰티',
  food: '식품',
  appliance: '가전',
  sports: '스포츠',
  living: '리빙',
  pet: '반려동물',
  travel: '여행',
} as const;

export type CategoryCode = keyof typeof categories;

export type Tone = 'neutral' | 'brand' | 'warm' | 'success' | 'warning' | 'danger';

export interface StateWords {
  label: string;
  tone: Tone;
}

const unknownState: StateWords = { label: '확인 중', tone: 'neutral' };

const companyStates: Record<string, StateWords> = {
  applied: { label: '심사 중', tone: 'warning' },
  approved: { label: '승인됨', tone: 'success' },
  rejected: { label: '반려됨', tone: 'danger' },
};

const rentalStates: Record<string, StateWords> = {
  awaitingPayment: { label: '결제 대기', tone: 'warning' },
  paid: { label: '준비 중', tone: 'brand' },
  scheduled: { label: '예약됨', tone: 'brand' },
  running: { label: '진행 중', tone: 'success' },
  completed: { label: '끝남', tone: 'neutral' },
  cancelled: { label: '취소됨', tone: 'neutral' },
  expired: { label: '결제 시간 지남', tone: 'danger' },
  missed: { label: '열리지 못함', tone: 'danger' },
};

const dealPhases: Record<string, StateWords> = {
  Pending: { label: '예약됨', tone: 'neutral' },
  Provisioning: { label: '서버 준비 중', tone: 'brand' },
  Warming: { label: '예열 중', tone: 'brand' },
  Armed: { label: '곧 열려요', tone: 'warm' },
  Open: { label: '판매 중', tone: 'success' },
  Draining: { label: '마무리 중', tone: 'warning' },
  Settling: { label: '정산 중', tone: 'warning' },
  TearingDown: { label: '서버 정리 중', tone: 'neutral' },
  Completed: { label: '끝남', tone: 'neutral' },
  Cancelled: { label: '취소됨', tone: 'neutral' },
  Missed: { label: '열리지 못함', tone: 'danger' },
};

const orderStates: Record<string, StateWords> = {
  held: { label: '재고 맡아 둠', tone: 'warm' },
  ready: { label: '결제 대기', tone: 'warm' },
  approving: { label: '결제 확인 중', tone: 'brand' },
  paid: { label: '결제 완료', tone: 'success' },
  refunding: { label: '환불 중', tone: 'warning' },
  refunded: { label: '환불 완료', tone: 'neutral' },
  refundFailed: { label: '환불 실패', tone: 'danger' },
  released: { label: '취소됨', tone: 'neutral' },
};

export const companyState = (state: string): StateWords => companyStates[state] ?? unknownState;
export const rentalState = (state: string): StateWords => rentalStates[state] ?? unknownState;
export const dealPhase = (phase: string): StateWords => dealPhases[phase] ?? unknownState;
export const orderState = (state: string): StateWords => orderStates[state] ?? unknownState;
