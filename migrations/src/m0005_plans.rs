//! Plans: how large a crowd a slot is made for, and what an hour of it costs.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

use crate::create_table;

#[derive(DeriveMigrationName)]
pub struct Migration;

struct Plan {
    code: &'static str,
    name: &'static str,
    description: &'static str,
    expected_shoppers: i32,
    admissions_per_second: i32,
    inside_max: i32,
    fee_per_hour: i64,
}

const PLANS: [Plan; 3] = [
    Plan {
        code: "light",
        name: "라이트",
        description: "처음 여는 타임딜이나 단골 손님을 위한 작은 행사에 알맞아요.",
        expected_shoppers: 2_000,
        admissions_per_second: 20,
        inside_max: 300,
        fee_per_hour: 30_000,
    },
    Plan {
        code: "standard",
        name: "스탠다드",
        description: "광고나 알림으로 손님이 몰리는 타임딜에 알맞아요.",
        expected_shoppers: 10_000,
        admissions_per_second: 60,
        inside_max: 1_000,
        fee_per_hour: 90_000,
    },
    Plan {
        code: "grand",
        name: "그랜드",
        description: "방송이나 한정판처럼 순식간에 손님이 몰리는 타임딜에 알맞아요.",
        expected_shoppers: 50_000,
        admissions_per_second: 200,
        inside_max: 4_000,
        fee_per_hour: 240_000,
    },
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let plans = Table::create()
            .table("plans")
            .col(string_len("code", 20).primary_key())
            .col(string_len("name", 40))
            .col(string_len("description", 200))
            .col(integer("expected_shoppers"))
            .col(integer("admissions_per_second"))
            .col(integer("inside_max"))
            .col(big_integer("fee_per_hour"))
            .col(integer("rank"))
            .to_owned();
        create_table(manager, plans).await?;
        let mut insert = Query::insert();
        insert.into_table("plans").columns([
            "code",
            "name",
            "description",
            "expected_shoppers",
            "admissions_per_second",
            "inside_max",
            "fee_per_hour",
            "rank",
        ]);
        for (rank, plan) in (1..).zip(PLANS) {
            insert.values_panic([
                plan.code.into(),
                plan.name.into(),
                plan.description.into(),
                plan.expected_shoppers.into(),
                plan.admissions_per_second.into(),
                plan.inside_max.into(),
                plan.fee_per_hour.into(),
                Expr::val(rank),
            ]);
        }
        manager.execute(insert).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("plans").to_owned()).await
    }
}
