namespace CdcLake.Tests.Conventions;

/// <summary>A table in a README that code knows better: between <c>&lt;!-- name --&gt;</c> and <c>&lt;!-- /name --&gt;</c>. With CDCLAKE_APPROVE=1 it is written, otherwise compared.</summary>
internal static class DocTable
{
    public static void Check(string path, string name, string[] columns, IEnumerable<string[]> rows)
    {
        var (begin, end) = ($"<!-- {name} -->\n", $"<!-- /{name} -->");
        var text = SourceTree.Read(path).Text;
        var (from, to) = (text.IndexOf(begin, StringComparison.Ordinal) + begin.Length, text.IndexOf(end, StringComparison.Ordinal));
        Assert.True(from >= begin.Length && to >= from, $"{path} has no place {begin.Trim()} … {end}.");
        var table = string.Concat(new[] { columns, [.. columns.Select(_ => "---")] }.Concat(rows).Select(r => $"| {string.Join(" | ", r.Select(c => c.Replace("|", "\\|", StringComparison.Ordinal)))} |\n"));
        if (Environment.GetEnvironmentVariable("CDCLAKE_APPROVE") == "1" && text[from..to] != table)
        {
            File.WriteAllText(Path.Combine(SourceTree.Root, path), text[..from] + table + text[to..]);
            return;
        }

        Assert.Equal(table, text[from..to]);
    }
}
