// The shapes of the control plane under the names that the apps use.

import type { components } from './schema';

type Schemas = components['schemas'];

export type Me = Schemas['Me'];
export type Membership = Schemas['MyCompany'];
export type Company = Schemas['Company'];
export type CompanyState = Schemas['CompanyState'];
export type CompanyApplication = Schemas['NewCompany'];
export type MerchantAccount = Schemas['MerchantAccount'];
export type PaymentProvider = Schemas['PaymentProvider'];

export type Plan = Schemas['Plan'];
export type CapacityCalendar = Schemas['Calendar'];
export type CalendarSlot = Schemas['Slot'];

export type Rental = Schemas['Rental'];
export type RentalState = Schemas['RentalState'];
export type RentalDeal = Schemas['Deal'];
export type Figures = Schemas['Figures'];
export type NewRental = Schemas['NewRental'];
export type PaymentRedirect = Schemas['FeePayment'];
export type LiveChange = Schemas['LiveChange'];
export type GuestLinkWithdrawal = Schemas['GuestLinkWithdrawal'];
export type WithdrawnGuestLinks = Schemas['WithdrawnGuestLinks'];

export type Product = Schemas['Product'];
export type ProductDraft = Schemas['NewProduct'];
export type UploadedImage = Schemas['Image'];

export type DealCard = Schemas['DealCard'];
export type DealDetail = Schemas['DealDetail'];
export type StoreCompany = Schemas['StoreCompany'];

export type Order = Schemas['Order'];
export type Delivery = Schemas['Delivery'];
export type Settlement = Schemas['SettlementReport'];

/** One page of a list. */
export interface Listing<Item> {
  items: Item[];
  nextCursor?: string | null;
}
