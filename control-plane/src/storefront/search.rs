//! Text search by substring, without regard to case where the database knows case.

use sea_orm::sea_query::{Expr, ExprTrait as _, Func, IntoColumnRef, LikeExpr, Query, SimpleExpr};

use crate::companies::company;
use crate::{products, rentals};

/// The longest text that is searched for, in characters.
pub const TEXT_LENGTH_MAX: usize = 60;

/// Rentals whose title, company or one of whose products contains `text`.
pub fn matches(text: &str) -> SimpleExpr {
    use products::entity as product;
    use rentals::entity as rental;
    let of_company = Query::select()
        .column(company::Column::Id)
        .from(company::Entity)
        .and_where(contains((company::Entity, company::Column::Name), text))
        .to_owned();
    let with_product = Query::select()
        .column(product::Column::RentalId)
        .from(product::Entity)
        .and_where(contains((product::Entity, product::Column::Name), text))
        .to_owned();
    contains((rental::Entity, rental::Column::Title), text)
        .or(Expr::col((rental::Entity, rental::Column::CompanyId)).in_subquery(of_company))
        .or(Expr::col((rental::Entity, rental::Column::Id)).in_subquery(with_product))
}

fn contains<C: IntoColumnRef>(column: C, text: &str) -> SimpleExpr {
    let column = Expr::expr(Func::lower(Expr::col(column)));
    column.like(LikeExpr::new(pattern(text)).escape('\\'))
}

/// `text` anywhere, with the signs that LIKE takes for its own escaped.
fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for sign in text.to_lowercase().chars() {
        if matches!(sign, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(sign);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_like_are_escaped() {
        for (text, expected) in
            [("원두", "%원두%"), ("50%_\\", "%50\\%\\_\\\\%"), ("ABC", "%abc%"), ("", "%%")]
        {
            assert_eq!(pattern(text), expected);
        }
    }
}
