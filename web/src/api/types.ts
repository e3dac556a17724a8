// The shapes that the portal reads and writes.

export type CompanyState = 'applied' | 'approved' | 'rejected';
export type RentalState =
  | 'awaitingPayment'
  | 'paid'
  | 'scheduled'
  | 'running'
  | 'completed'
  | 'cancelled'
  | 'expired'
  | 'missed';
export type DealPhase =
  | 'Pending'
  | 'Provisioning'
  | 'Warming'
  | 'Armed'
  | 'Open'
  | 'Draining'
  | 'Settling'
  | 'TearingDown'
  | 'Completed'
  | 'Cancelled'
  | 'Missed';
export type OrderState = 'paid' | 'refunding' | 'refunded' | 'refundFailed';
export type CategoryCode =
  | 'fashion'
  | 'beauty'
  | 'food'
  | 'appliance'
  | 'sports'
  | 'living'
  | 'pet'
  | 'travel';

export interface Listing<Item> {
  items: Item[];
  nextCursor: string | null;
}

export interface Membership {
  id: string;
  name: string;
  slug: string;
  role: 'owner' | 'manager' | 'viewer';
  state: CompanyState;
}

export interface Me {
  id: string;
  name: string;
  admin: boolean;
  companies: Membership[];
}

export interface CompanyApplication {
  name: string;
  slug: string;
  businessNumber: string;
  representative: string;
  mailOrderNumber: string;
  contactEmail: string;
  contactPhone: string;
}

export interface Company extends CompanyApplication {
  id: string;
  state: CompanyState;
  rejectedReason: string | null;
  appliedAt: string;
  merchantConfigured: boolean;
  merchantId: string | null;
}

export interface Plan {
  code: string;
  name: string;
  expectedShoppers: number;
  admissionsPerSecond: number;
  insideMax: number;
  /** Won for each hour begun. */
  feePerHour: number;
  description: string;
}

export interface CalendarSlot {
  startsAt: string;
  endsAt: string;
  /** Shoppers that are already expected at the busiest moment of the hour. */
  used: number;
  free: number;
  /** Whether a deal of the asked plan over just this hour fits. */
  fits: boolean | null;
}

export interface CapacityCalendar {
  capacity: number;
  /** The earliest opening that may be booked now. */
  bookableFrom: string;
  slots: CalendarSlot[];
}

export interface Figures {
  waiting: number;
  inside: number;
  admitted: number;
  /** Pieces paid for and not refunded. */
  sold: number;
  /** Paid minus refunded, in won. */
  revenue: number;
}

export interface RentalDeal {
  name: string;
  phase: DealPhase;
  host: string;
  url: string;
  figures: Figures;
}

export interface NewRental {
  title: string;
  plan: string;
  opensAt: string;
  closesAt: string;
  category: CategoryCode;
}

export interface Rental extends NewRental {
  id: string;
  /** Won. */
  fee: number;
  state: RentalState;
  payUntil: string;
  /** Whether the company has stopped admission. */
  paused: boolean;
  deal: RentalDeal | null;
  /** How many products are registered. */
  products: number;
  /** Null once products may not be changed any more. */
  productsEditableUntil: string | null;
}

export interface PaymentRedirect {
  pc: string;
  mobile: string;
  app: string;
  expiresAt: string;
}

export interface ProductDraft {
  name: string;
  description: string;
  listPrice: number;
  price: number;
  stock: number;
  perShopperMax: number;
  /** The id of an uploaded picture. */
  image: string | null;
}

export interface Product extends Omit<ProductDraft, 'image'> {
  id: string;
  image: UploadedImage | null;
}

export interface UploadedImage {
  id: string;
  url: string;
}

export interface Delivery {
  recipient: string;
  phone: string;
  postcode: string;
  line1: string;
  line2: string;
  note: string;
}

export interface CompanyOrder {
  id: string;
  product: { id: string; name: string };
  quantity: number;
  amount: number;
  state: OrderState;
  paidAt: string;
  refundedAt?: string | null;
  delivery: Delivery;
}

export interface Settlement {
  gross: number;
  refunds: number;
  net: number;
  orders: number;
  refundedOrders: number;
  fee: number;
  digest: string;
  events: number;
  /** The deal's own count and the ledger's are the same. */
  agrees: boolean;
  byProduct: { product: string; name: string; quantity: number; gross: number; refunds: number }[];
  byHour: { startsAt: string; orders: number; gross: number; refunds: number }[];
  /** Refunds that were carried out after the books were closed; not among the figures above. */
  afterSettlement: { orders: number; refunds: number };
}

export interface LiveChange {
  paused?: boolean;
  stock?: { product: string; stock: number }[];
}
