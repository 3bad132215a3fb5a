using CdcLake.MySql.Charsets;

namespace CdcLake.MySql.Binlog.Statements;

/// <summary>One clause of ALTER TABLE, as far as rows or columns may show it.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Column">The column it acts on, as the statement spells it; empty when it acts on none, or on all.</param>
/// <param name="NewName">What the column is called afterwards; empty for other kinds.</param>
internal readonly record struct AlterClause(AlterKind Kind, string Column = "", string NewName = "")
{
    /// <summary>How the column is defined from here on, of <see cref="AlterKind.AddColumn"/> and <see cref="AlterKind.ChangeColumn"/>; null when that is not plain.</summary>
    public ColumnDefinition? Definition { get; init; }

    /// <summary>
    /// True unless the clause certainly leaves a column alone. The server compares names by a collation, in which letters beyond ASCII may equal others; and one that
    /// could not be decoded may be any.
    /// </summary>
    /// <param name="column">Name of a column.</param>
    public bool MayName(string column) => Matches(Column, column) || (NewName.Length > 0 && Matches(NewName, column));

    private static bool Matches(string name, string column) =>
        name.Equals(column, StringComparison.OrdinalIgnoreCase)
        || !System.Text.Ascii.IsValid(name) || !System.Text.Ascii.IsValid(column)
        || name.AsSpan().ContainsAny(ClientCharset.Uncertain, '?');
}

/// <summary>What a clause of ALTER TABLE does.</summary>
internal enum AlterKind
{
    /// <summary>Nothing that rows show: indexes, constraints, comments, storage, more partitions.</summary>
    Nothing,

    /// <summary>Partitions are made anew with the rows that they have. No row comes or goes; but views that were opened before do not show the rows of such partitions any more.</summary>
    MovePartitions,

    /// <summary>A column gets another default, or none: rows that come later and say nothing of it show it.</summary>
    ChangeDefault,

    /// <summary>A column comes into being; existing rows have its default, or a value that is computed.</summary>
    AddColumn,

    /// <summary>A column goes.</summary>
    DropColumn,

    /// <summary>A column gets another definition, by MODIFY or CHANGE, and with the latter perhaps another name.</summary>
    ChangeColumn,

    /// <summary>A column gets another name only.</summary>
    RenameColumn,

    /// <summary>Text columns that are defined later are stored in another character set unless they say one.</summary>
    ChangeDefaultText,

    /// <summary>A foreign key goes, or a constraint of which it is not said what it is.</summary>
    DropForeignKey,

    /// <summary>The primary key comes, goes, or becomes another one.</summary>
    ChangeKey,

    /// <summary>Text is stored in another character set, which may not have all of its characters.</summary>
    ConvertText,

    /// <summary>Rows come or go: partitions, tablespaces, another name of the table; or it is not known what happens.</summary>
    ChangeRows,
}
