using FluentMigrator;

namespace Storyline.Enrich.Migrations;

/// <summary>Prefix search compares code points on both databases.</summary>
[Migration(2, "spellings compared by code point")]
public sealed class M002CompareSpellingsByCodePoint : ForwardOnlyMigration
{
    // The runner names PostgreSQL with its version, so that no exact name is met by all.
    public override void Up() => IfDatabase(type => type.StartsWith("Postgre", StringComparison.OrdinalIgnoreCase))
        .Execute.Sql("ALTER TABLE spellings ALTER COLUMN spelling_key TYPE text COLLATE \"C\"");
}
