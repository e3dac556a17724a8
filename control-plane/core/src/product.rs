//! What may be put on sale: the bounds of a product, and how a discount is shown.

use crds::Won;

pub const NAME_LENGTH_MAX: usize = 60;
pub const DESCRIPTION_LENGTH_MAX: usize = 2_000;
/// The gateway takes an amount of at most nine digits from a shopper at once.
pub const PRICE_MAX: Won = Won(100_000_000);
pub const STOCK_MAX: u32 = 1_000_000;
pub const PER_SHOPPER_MAX: u32 = 100;
/// How many products one deal may sell.
pub const PRODUCTS_MAX: usize = 50;

/// A product as someone typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draft<'a> {
    pub name: &'a str,
    pub description: &'a str,
    pub list_price: Won,
    pub price: Won,
    pub stock: u32,
    pub per_shopper_max: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProductProblem {
    #[error("the name is empty or longer than {NAME_LENGTH_MAX}")]
    Name,
    #[error("the description is longer than {DESCRIPTION_LENGTH_MAX} or has signs that nobody sees")]
    Description,
    #[error("the price is not within 1 and {PRICE_MAX}")]
    Price,
    #[error("the list price is below the price or above {PRICE_MAX}")]
    ListPrice,
    #[error("the stock is not within 1 and {STOCK_MAX}")]
    Stock,
    #[error("the limit per shopper is not within 1 and the smaller of the stock and {PER_SHOPPER_MAX}")]
    PerShopper,
    /// One shopper's whole order must be an amount that the gateway takes.
    #[error("the most that one shopper may buy costs more than {PRICE_MAX}")]
    OrderTooDear,
}

impl Draft<'_> {
    /// Every rule that the product breaks; none where it may be sold.
    #[must_use]
    pub fn problems(&self) -> Vec<ProductProblem> {
        let name_length = self.name.trim().chars().count();
        let name_fits = (1..=NAME_LENGTH_MAX).contains(&name_length) && !self.name.contains(char::is_control);
        let unprintable = |sign: char| sign.is_control() && !matches!(sign, '\n' | '\r' | '\t');
        let description_fits = self.description.chars().count() <= DESCRIPTION_LENGTH_MAX
            && !self.description.contains(unprintable);
        let price_fits = self.price > Won::ZERO && self.price <= PRICE_MAX;
        let limit_fits = (1..=PER_SHOPPER_MAX.min(self.stock.max(1))).contains(&self.per_shopper_max);
        let most = self.price.times(self.per_shopper_max);
        let broken = [
            (!name_fits, ProductProblem::Name),
            (!description_fits, ProductProblem::Description),
            (!price_fits, ProductProblem::Price),
            (self.list_price < self.price || self.list_price > PRICE_MAX, ProductProblem::ListPrice),
            (self.stock == 0 || self.stock > STOCK_MAX, ProductProblem::Stock),
            (!limit_fits, ProductProblem::PerShopper),
            (price_fits && limit_fits && most.is_none_or(|m| m > PRICE_MAX), ProductProblem::OrderTooDear),
        ];
        broken.into_iter().filter_map(|(is, problem)| is.then_some(problem)).collect()
    }
}

/// How much cheaper, in whole percent, rounded down: a discount is never overstated.
#[must_use]
pub fn discount_percent(list_price: Won, price: Won) -> u8 {
    if list_price <= Won::ZERO || price >= list_price {
        return 0;
    }
    let percent = (list_price.0 - price.0.max(0)).saturating_mul(100) / list_price.0;
    u8::try_from(percent.clamp(0, 100)).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Draft<'static> {
        Draft {
            name: "원두 1kg",
            description: "",
            list_price: Won(30_000),
            price: Won(19_900),
            stock: 100,
            per_shopper_max: 2,
        }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Draft<'static>), expected: &[ProductProblem]) {
        let mut draft = good();
        change(&mut draft);
        assert_eq!(draft.problems(), expected);
    }

    #[test]
    fn bounds() {
        check(|_| (), &[]);
        check(|d| d.name = "  ", &[ProductProblem::Name]);
        check(|d| d.name = "원두\u{0}", &[ProductProblem::Name]);
        check(|d| d.description = "한 줄\n두 줄", &[]);
        check(|d| d.description = "한 줄\u{0}", &[ProductProblem::Description]);
        check(|d| d.price = Won(0), &[ProductProblem::Price]);
        check(|d| d.price = Won(-1), &[ProductProblem::Price]);
        check(|d| d.list_price = Won(19_899), &[ProductProblem::ListPrice]);
        check(|d| d.list_price = Won(19_900), &[]);
        check(|d| d.stock = 0, &[ProductProblem::Stock, ProductProblem::PerShopper]);
        check(|d| d.stock = 1_000_001, &[ProductProblem::Stock]);
        check(|d| d.per_shopper_max = 0, &[ProductProblem::PerShopper]);
        check(|d| d.per_shopper_max = 101, &[ProductProblem::PerShopper]);
        check(
            |d| {
                d.stock = 1;
                d.per_shopper_max = 2;
            },
            &[ProductProblem::PerShopper],
        );
        check(
            |d| {
                d.price = Won(60_000_000);
                d.list_price = Won(60_000_000);
            },
            &[ProductProblem::OrderTooDear],
        );
    }

    #[test]
    fn discounts_are_rounded_down() {
        for (list, price, percent) in [
            (30_000, 19_900, 33),
            (10_000, 9_999, 0),
            (10_000, 10_000, 0),
            (100, 1, 99),
            (0, 0, 0),
            (100, 200, 0),
        ] {
            assert_eq!(discount_percent(Won(list), Won(price)), percent, "{list} {price}");
        }
    }
}
