using FluentMigrator;

namespace Storyline.Fetch.Migrations;

/// <summary>Owed fetches by host; what publishers reserve.</summary>
[Migration(4)]
public sealed class HostShares : ForwardOnlyMigration
{
    public override void Up()
    {
        // host: the authority of the URL, which canonical URLs have between the second and the third slash; the same as the gate's.
        IfDatabase(type => type.StartsWith("Postgre", StringComparison.OrdinalIgnoreCase)).Execute.Sql("ALTER TABLE articles ADD COLUMN host TEXT GENERATED ALWAYS AS (split_part(url, '/', 3)) STORED");
        IfDatabase("SQLite").Execute.Sql(
            """
            ALTER TABLE articles ADD COLUMN host TEXT GENERATED ALWAYS AS (
                CASE WHEN instr(url, '//') = 0 THEN '' ELSE substr(substr(url, instr(url, '//') + 2), 1, instr(substr(url, instr(url, '//') + 2) || '/', '/') - 1) END) VIRTUAL
            """);
        Execute.Sql("CREATE INDEX articles_held ON articles (host) WHERE queued = 1 AND due_at IS NOT NULL");

        // JSON array of strings; empty when the publisher reserves nothing.
        Execute.Sql("ALTER TABLE captures ADD COLUMN reservations TEXT NOT NULL DEFAULT ''");
    }
}
