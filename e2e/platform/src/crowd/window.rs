//! What a browser does with the page that opens Toss' payment window: it takes the figures from the
//! page, and opens the window where the page's script comes from.

use reqwest::Url;

/// A payment window that is about to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// The simulator's.
    pub url: Url,
    fields: [(&'static str, String); 6],
}

impl Window {
    /// Reads the page; `None` where it is none of these.
    #[must_use]
    pub fn read(page: &str) -> Option<Window> {
        let data = |name: &str| attribute(page, &format!("data-{name}"));
        let script = Url::parse(attribute(page, "<script src")?).ok()?;
        Some(Window {
            url: script.join("window").ok()?,
            fields: [
                ("clientKey", data("client-key")?.to_owned()),
                ("orderId", data("order")?.to_owned()),
                // What the page calls it may be written for HTML; nobody reads it here.
                ("orderName", "주문".to_owned()),
                ("amount", data("amount")?.to_owned()),
                ("successUrl", data("approve")?.to_owned()),
                ("failUrl", data("fail")?.to_owned()),
            ],
        })
    }

    /// The form of the window.
    #[must_use]
    pub fn fields(&self) -> Vec<(&str, &str)> {
        self.fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }
}

fn attribute<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&format!("{name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_come_from_the_page() {
        let page = r#"<script src="http://k:1/toss/script.js" defer></script><script src="/payment/window.js" defer></script>
            <main id="window" data-client-key="test_ck_a" data-order="o" data-order-name="a &quot;b&quot;" data-amount="12000"
            data-approve="http://d/approve" data-cancel="http://d/cancel" data-fail="http://d/fail">"#;
        let window = Window::read(page).unwrap();
        assert_eq!(window.url.as_str(), "http://k:1/toss/window");
        let fields = window.fields();
        assert!(fields.contains(&("amount", "12000")) && fields.contains(&("orderId", "o")), "{fields:?}");
        assert!(fields.contains(&("successUrl", "http://d/approve")), "{fields:?}");
        assert_eq!(Window::read("<main>"), None);
    }
}
