using System.Diagnostics.CodeAnalysis;
using CdcLake.Connectors;

namespace CdcLake.MySql.Tables;

/// <summary>A foreign key as its table's definition has it.</summary>
/// <param name="Name">Of the constraint.</param>
/// <param name="Columns">Referring columns.</param>
/// <param name="Database">Of the table that is referred to; null for that of the table itself.</param>
/// <param name="Table">The table that is referred to.</param>
/// <param name="ParentColumns">Columns that are referred to.</param>
/// <param name="OnDelete">What becomes of the rows when a parent is deleted.</param>
/// <param name="OnUpdate">What becomes of the rows when a parent gets another key.</param>
internal sealed record ForeignKeyText(
    string Name, IReadOnlyList<string> Columns, string? Database, string Table, IReadOnlyList<string> ParentColumns, ReferentialAction OnDelete, ReferentialAction OnUpdate)
{
    /// <summary>For messages: <c>ON DELETE CASCADE</c>.</summary>
    public string Actions => string.Join(' ', new[] { Print("DELETE", OnDelete), Print("UPDATE", OnUpdate) }.Where(a => a.Length > 0));

    /// <summary>The foreign keys that change rows by themselves, from the text of SHOW CREATE TABLE, which has each constraint on a line of its own.</summary>
    public static IEnumerable<ForeignKeyText> Find(string createTable)
    {
        foreach (var line in createTable.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (TryRead(line, out var key) && (key.OnDelete, key.OnUpdate) != (ReferentialAction.None, ReferentialAction.None))
            {
                yield return key;
            }
        }
    }

    // CONSTRAINT `name` FOREIGN KEY (`a`, `b`) REFERENCES [`db`.]`table` (`x`, `y`) [ON DELETE action] [ON UPDATE action]
    private static bool TryRead(string line, [NotNullWhen(true)] out ForeignKeyText? key)
    {
        key = null;
        var at = 0;
        if (!Skip(line, "CONSTRAINT ", ref at) || ReadName(line, ref at) is not { } name || !Skip(line, " FOREIGN KEY (", ref at)
            || ReadNames(line, ref at) is not { } columns || !Skip(line, ") REFERENCES ", ref at) || ReadName(line, ref at) is not { } table)
        {
            return false;
        }

        string? database = null;
        if (Skip(line, ".", ref at))
        {
            (database, table) = (table, ReadName(line, ref at) ?? "");
        }

        if (!Skip(line, " (", ref at) || ReadNames(line, ref at) is not { } parents || !Skip(line, ")", ref at))
        {
            return false;
        }

        key = new ForeignKeyText(name, columns, database, table, parents, ActionOf(line[at..], "DELETE"), ActionOf(line[at..], "UPDATE"));
        return true;
    }

    private static bool Skip(string line, string text, ref int at)
    {
        if (!line.AsSpan(at).StartsWith(text, StringComparison.Ordinal))
        {
            return false;
        }

        at += text.Length;
        return true;
    }

    private static List<string>? ReadNames(string line, ref int at)
    {
        var names = new List<string>();
        do
        {
            if (ReadName(line, ref at) is not { } name)
            {
                return null;
            }

            names.Add(name);
        }
        while (Skip(line, ", ", ref at));
        return names;
    }

    // In backticks, a backtick inside twice.
    private static string? ReadName(string line, ref int at)
    {
        if (!Skip(line, "`", ref at))
        {
            return null;
        }

        for (var end = at; (end = line.IndexOf('`', end)) >= 0; end += 2)
        {
            if (end + 1 == line.Length || line[end + 1] != '`')
            {
                var name = line[at..end].Replace("``", "`", StringComparison.Ordinal);
                at = end + 1;
                return name;
            }
        }

        return null;
    }

    private static ReferentialAction ActionOf(string rest, string what) =>
        rest.Contains($" ON {what} CASCADE", StringComparison.Ordinal) ? ReferentialAction.Cascade
        : rest.Contains($" ON {what} SET NULL", StringComparison.Ordinal) ? ReferentialAction.SetNull
        : ReferentialAction.None;

    private static string Print(string what, ReferentialAction action) => action switch
    {
        ReferentialAction.Cascade => $"ON {what} CASCADE",
        ReferentialAction.SetNull => $"ON {what} SET NULL",
        _ => "",
    };
}
