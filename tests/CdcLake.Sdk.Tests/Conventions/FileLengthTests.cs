namespace CdcLake.Tests.Conventions;

/// <summary>Small files: nobody has to scroll far, and a concept that grows is noticed. Generated <c>*.g.cs</c> files are exempt.</summary>
public sealed class FileLengthTests
{
    private const int HardLimit = 500;
    private const int NinthDecile = 300;
    private const string Cure = "Split the file by concept, or by verb into partial files (Type.Verb.cs).";

    [Fact]
    public void No_file_exceeds_the_hard_limit() => Rule.Holds(TooLong(AllFiles()), Cure);

    [Fact]
    public void Nine_files_in_ten_are_short() => Rule.Holds(TooManyLong(AllFiles()), Cure);

    [Fact]
    public void Rule_objects_to_a_file_of_501_lines() => Rule.Objects(TooLong([OfLines("a.cs", 500), OfLines("b.cs", 501), OfLines("c.g.cs", 501)]), "b.cs");

    [Fact]
    public void Rule_objects_when_two_files_in_ten_are_long() =>
        Rule.Objects(TooManyLong(Enumerable.Range(0, 10).Select(i => OfLines($"{i}.cs", i < 2 ? 301 : 100))), "301");

    private static IReadOnlyList<TreeFile> AllFiles() => SourceTree.CSharp("src", "tests", "samples", "benchmarks");

    private static TreeFile OfLines(string path, int lines) => new(path, string.Concat(Enumerable.Repeat("x\n", lines)));

    private static int Length(TreeFile file) => file.Lines.Length - 1;

    private static IEnumerable<string> TooLong(IEnumerable<TreeFile> files) =>
        files.Where(f => !f.IsGenerated && Length(f) > HardLimit).Select(f => $"{f.Path}: {Length(f)} lines, limit {HardLimit}");

    private static IEnumerable<string> TooManyLong(IEnumerable<TreeFile> files)
    {
        var lengths = files.Where(f => !f.IsGenerated).Select(Length).Order().ToList();
        var decile = lengths[(int)Math.Ceiling(lengths.Count * 0.9) - 1];
        if (decile > NinthDecile)
        {
            yield return $"the ninth decile of file lengths is {decile} lines, limit {NinthDecile}";
        }
    }
}
