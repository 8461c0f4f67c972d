using FluentMigrator;

namespace Storyline.Fetch.Migrations;

/// <summary>The folders that feeds lie in.</summary>
[Migration(8)]
public sealed class FeedFolders : ForwardOnlyMigration
{
    // One a line, each as the contract has it.
    public override void Up() => Execute.Sql("ALTER TABLE feeds ADD COLUMN folders TEXT NOT NULL DEFAULT ''");
}
