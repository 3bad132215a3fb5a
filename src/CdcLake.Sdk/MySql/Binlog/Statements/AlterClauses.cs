namespace CdcLake.MySql.Binlog.Statements;

// ALTER TABLE name clause [, clause] ...   Options of the table may stand without commas between them, and a partitioning behind the last clause.
// Source: MySQL reference manual, "ALTER TABLE Statement".

/// <summary>Reads the clauses of ALTER TABLE. What is not known counts as a change of rows.</summary>
internal static class AlterClauses
{
    // Options of a table, and whatever else leaves rows and columns as they are, by the word it begins with.
    private static readonly HashSet<string> Harmless =
        [
        "ALGORITHM", "LOCK", "FORCE", "ENABLE", "DISABLE", "WITH", "WITHOUT", "ORDER", "SECONDARY_LOAD", "SECONDARY_UNLOAD",
        "ANALYZE", "CHECK", "UPGRADE",
        "DEFAULT", "CHARACTER", "CHARSET", "COLLATE", "COMMENT", "AUTO_INCREMENT", "AUTOEXTEND_SIZE", "AVG_ROW_LENGTH", "CHECKSUM", "COMPRESSION", "CONNECTION",
        "DELAY_KEY_WRITE", "ENCRYPTION", "ENGINE", "ENGINE_ATTRIBUTE", "INSERT_METHOD", "KEY_BLOCK_SIZE", "MAX_ROWS", "MIN_ROWS", "PACK_KEYS", "PASSWORD", "ROW_FORMAT",
        "SECONDARY_ENGINE", "SECONDARY_ENGINE_ATTRIBUTE", "STATS_AUTO_RECALC", "STATS_PERSISTENT", "STATS_SAMPLE_PAGES", "TABLESPACE",
        ];

    private static readonly HashSet<string> Partitions = ["COALESCE", "REORGANIZE", "REBUILD", "OPTIMIZE", "REMOVE", "PARTITION"];
    private static readonly HashSet<string> BeforeNames = ["REBUILD", "ANALYZE", "CHECK", "OPTIMIZE", "ORDER"];
    private static readonly HashSet<string> Constraints = ["INDEX", "KEY", "UNIQUE", "FULLTEXT", "SPATIAL", "FOREIGN", "CHECK", "PARTITION"];
    private static readonly string[] DefaultText = ["CHARACTER", "CHARSET", "COLLATE"];
    private static readonly HashSet<string> Actions = ["CASCADE", "SET"];
    private static readonly AlterClause Nothing = new(AlterKind.Nothing);

    /// <param name="text">The whole statement.</param>
    /// <param name="at">Index behind the table's name.</param>
    /// <returns>The clauses in order, at least one.</returns>
    public static IReadOnlyList<AlterClause> Read(StatementText text, int at)
    {
        var clauses = new List<AlterClause>();
        var isList = false; // further names follow as clauses of one word
        while (at < text.Count)
        {
            var end = text.EndOfItem(at);
            if (!isList || end > at + 1)
            {
                isList = text.HasAny(at, BeforeNames);
                ReadOne(text, at, end, clauses);
                AddPartitioning(text, at + 1, end, clauses);
            }

            at = end + 1;
        }

        return clauses.Count == 0 ? [new AlterClause(AlterKind.ChangeRows)] : clauses;
    }

    // PARTITION BY and REMOVE PARTITIONING may stand behind anything else.
    private static void AddPartitioning(StatementText text, int at, int end, List<AlterClause> clauses)
    {
        if (clauses[^1].Kind != AlterKind.MovePartitions && (text.IndexOf(at, end, "PARTITIONING") >= 0 || text.Has(text.IndexOf(at, end, "PARTITION") + 1, "BY")))
        {
            clauses.Add(new AlterClause(AlterKind.MovePartitions));
        }
    }

    private static void ReadOne(StatementText text, int at, int end, List<AlterClause> clauses)
    {
        if (HasActions(text, at, end))
        {
            clauses.Add(new AlterClause(AlterKind.ChangeRows)); // whether its changes are logged has to be looked at
        }

        switch (text[at].Kind == SqlTokenKind.Word ? text[at].Text.ToUpperInvariant() : "")
        {
            case "ADD":
                ReadAdd(text, at + 1, end, clauses);
                break;
            case "DROP":
                clauses.Add(ReadDrop(text, at + 1));
                break;
            case "MODIFY":
                at = text.SkipExists(text.Skip(at + 1, "COLUMN"));
                AddColumn(text, at + 1, end, new AlterClause(AlterKind.ChangeColumn, text[at].Text, text[at].Text), clauses);
                break;
            case "CHANGE":
                at = text.SkipExists(text.Skip(at + 1, "COLUMN"));
                AddColumn(text, at + 2, end, new AlterClause(AlterKind.ChangeColumn, text[at].Text, text[at + 1].Text), clauses);
                break;
            case "ALTER":
                clauses.Add(ReadAlter(text, at + 1));
                break;
            case "RENAME":
                clauses.Add(text.Has(at + 1, "COLUMN") && text.Has(at + 3, "TO") ? new AlterClause(AlterKind.RenameColumn, text[at + 2].Text, text[at + 4].Text)
                    : new AlterClause(text.Has(at + 1, "INDEX") || text.Has(at + 1, "KEY") ? AlterKind.Nothing : AlterKind.ChangeRows));
                break;
            case "CONVERT" when text.Has(at + 1, "PARTITION") || text.Has(at + 1, "TABLE"): // MariaDB makes a table of a partition, or the other way
                clauses.Add(new AlterClause(AlterKind.ChangeRows));
                break;
            case "CONVERT":
                var charset = text.Has(at + 2, "CHARACTER") ? at + 4 : at + 3;
                clauses.Add(new AlterClause(text[charset].Text?.Equals("utf8mb4", StringComparison.OrdinalIgnoreCase) == true ? AlterKind.Nothing : AlterKind.ConvertText)); // which has every character
                break;
            case var word when Partitions.Contains(word):
                clauses.Add(new AlterClause(AlterKind.MovePartitions));
                break;
            case var word:
                clauses.Add(!Harmless.Contains(word) || IsOfOtherEngine(text, at, end) ? new AlterClause(AlterKind.ChangeRows)
                    : DefaultText.Any(w => text.IndexOf(at, end, w) >= 0) ? new AlterClause(AlterKind.ChangeDefaultText)
                    : Nothing);
                break;
        }
    }

    private static void ReadAdd(StatementText text, int at, int end, List<AlterClause> clauses)
    {
        if (text.HasAny(at, Constraints))
        {
            clauses.Add(text.Has(at, "PARTITION") && !text.Has(at + 1, '(') ? new AlterClause(AlterKind.MovePartitions) : Nothing); // of a hash, the rows go to other ones
            return;
        }

        if (text.Has(at, "SYSTEM") && text.Has(at + 1, "VERSIONING"))
        {
            clauses.Add(new AlterClause(AlterKind.ChangeRows));
            return;
        }

        if (text.Has(at, "PRIMARY") || text.Has(at, "CONSTRAINT"))
        {
            clauses.Add(new AlterClause(text.IndexOf(at, end, "PRIMARY") < 0 ? AlterKind.Nothing : AlterKind.ChangeKey));
            return;
        }

        at = text.SkipExists(text.Skip(at, "COLUMN"));
        if (!text.Has(at, '('))
        {
            AddColumn(text, at + 1, end, new AlterClause(AlterKind.AddColumn, text[at].Text), clauses);
            return;
        }

        for (at++; at < end && !text.Has(at - 1, ')');)
        {
            var next = text.EndOfItem(at);
            ReadAdd(text, at, next, clauses);
            at = next + 1;
        }
    }

    // The words PRIMARY KEY, or KEY alone, in a column's definition make it the primary key.
    private static void AddColumn(StatementText text, int definition, int end, AlterClause clause, List<AlterClause> clauses)
    {
        clauses.Add(string.IsNullOrEmpty(clause.Column) || clause.NewName is null
            ? new AlterClause(AlterKind.ChangeRows)
            : clause with { Definition = ColumnDefinition.Read(text, definition, end) });
        var key = text.IndexOf(definition, end, "KEY");
        if (key >= 0 && !text.Has(key - 1, "UNIQUE"))
        {
            clauses.Add(new AlterClause(AlterKind.ChangeKey));
        }
    }

    private static AlterClause ReadDrop(StatementText text, int at)
    {
        if (text.Has(at, "PARTITION"))
        {
            return new AlterClause(AlterKind.ChangeRows);
        }

        if (text.Has(at, "PRIMARY") || (text.HasAny(at, Constraints) || text.Has(at, "CONSTRAINT")) && text[text.SkipExists(at + 1)] is { IsName: true } name && name.Text.Equals("PRIMARY", StringComparison.OrdinalIgnoreCase))
        {
            return new AlterClause(AlterKind.ChangeKey);
        }

        if (text.Has(at, "FOREIGN") || text.Has(at, "CONSTRAINT"))
        {
            return new AlterClause(AlterKind.DropForeignKey);
        }

        at = text.HasAny(at, Constraints) ? -1 : text.SkipExists(text.Skip(at, "COLUMN"));
        return at < 0 ? Nothing : text[at].IsName ? new AlterClause(AlterKind.DropColumn, text[at].Text) : new AlterClause(AlterKind.ChangeRows);
    }

    // ALTER {INDEX | CHECK | CONSTRAINT} ..., ALTER [COLUMN] name {SET {DEFAULT | VISIBLE | INVISIBLE} | DROP DEFAULT}
    private static AlterClause ReadAlter(StatementText text, int at)
    {
        if (text.HasAny(at, Constraints) || text.Has(at, "CONSTRAINT"))
        {
            return Nothing;
        }

        at = text.SkipExists(text.Skip(at, "COLUMN")) + 1;
        return (text.Has(at, "SET") || text.Has(at, "DROP")) && text.Has(at + 1, "DEFAULT") ? new AlterClause(AlterKind.ChangeDefault, text[at - 1].Text)
            : text.Has(at, "SET") && (text.Has(at + 1, "VISIBLE") || text.Has(at + 1, "INVISIBLE")) ? Nothing
            : new AlterClause(AlterKind.ChangeRows);
    }

    /// <summary>True where ON DELETE CASCADE or the like stands, of a constraint or in a column's definition.</summary>
    public static bool HasActions(StatementText text, int at, int end)
    {
        for (at = text.IndexOf(at, end, "ON"); at >= 0; at = text.IndexOf(at + 1, end, "ON"))
        {
            if ((text.Has(at + 1, "DELETE") || text.Has(at + 1, "UPDATE")) && text.HasAny(at + 2, Actions))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOfOtherEngine(StatementText text, int at, int end)
    {
        at = text.IndexOf(at, end, "ENGINE");
        return at >= 0 && !text.Has(text.Has(at + 1, '=') ? at + 2 : at + 1, "InnoDB");
    }
}
