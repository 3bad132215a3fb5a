namespace CdcLake.MySql.Tables;

/// <summary>Finds foreign keys that change rows by themselves in the text of SHOW CREATE TABLE, which has each constraint on a line of its own.</summary>
internal static class ForeignKeyText
{
    private static readonly string[] ActionsThatWrite =
    [
        "ON DELETE CASCADE", "ON DELETE SET NULL", "ON DELETE SET DEFAULT", "ON UPDATE CASCADE", "ON UPDATE SET NULL", "ON UPDATE SET DEFAULT",
    ];

    /// <summary>Name and actions, such as <c>ON DELETE CASCADE</c>, of each such constraint.</summary>
    public static IEnumerable<(string Name, string Action)> Actions(string createTable)
    {
        foreach (var line in createTable.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (!line.StartsWith("CONSTRAINT `", StringComparison.Ordinal) || !line.Contains("` FOREIGN KEY (", StringComparison.Ordinal))
            {
                continue;
            }

            var close = line.LastIndexOf(')');
            var actions = ActionsThatWrite.Where(a => line.IndexOf(a, close, StringComparison.Ordinal) >= 0).ToList();
            if (actions.Count > 0)
            {
                var name = line["CONSTRAINT `".Length..line.IndexOf("` FOREIGN KEY (", StringComparison.Ordinal)];
                yield return (name.Replace("``", "`", StringComparison.Ordinal), string.Join(" ", actions));
            }
        }
    }
}
