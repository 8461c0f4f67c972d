using FluentMigrator;

namespace Storyline.Partner.Migrations;

[Migration(1, "partners and their delivery logs")]
public sealed class M001CreatePartnerTables : Migration
{
    public override void Up()
    {
        Create.Table("partners")
            .WithColumn("partner_id").AsString().NotNullable().PrimaryKey()
            .WithColumn("display_name").AsString().NotNullable()
            .WithColumn("languages").AsString(int.MaxValue).NotNullable()
            .WithColumn("source_ids").AsString(int.MaxValue).NotNullable()
            .WithColumn("request_id").AsString().Nullable().Unique("partners_request_id")
            .WithColumn("create_time").AsInt64().NotNullable()
            .WithColumn("last_sequence").AsInt64().NotNullable()
            .WithColumn("confirmed_sequence").AsInt64().NotNullable()
            .WithColumn("confirm_time").AsInt64().Nullable();

        Create.Table("messages")
            .WithColumn("partner_id").AsString().NotNullable().PrimaryKey()
            .WithColumn("sequence").AsInt64().NotNullable().PrimaryKey()
            .WithColumn("message_id").AsString().NotNullable()
            .WithColumn("routing_key").AsString().NotNullable()
            .WithColumn("ninjs").AsString(int.MaxValue).NotNullable()
            .WithColumn("traceparent").AsString().Nullable()
            .WithColumn("create_time").AsInt64().NotNullable();

        // The highest version of each article and story that was sequenced. It outlives the log, so that a message that comes again
        // after its row has aged out still changes nothing.
        Create.Table("subjects")
            .WithColumn("kind").AsString().NotNullable().PrimaryKey()
            .WithColumn("subject_id").AsString().NotNullable().PrimaryKey()
            .WithColumn("version").AsInt64().NotNullable();
    }

    public override void Down()
    {
        Delete.Table("subjects");
        Delete.Table("messages");
        Delete.Table("partners");
    }
}
