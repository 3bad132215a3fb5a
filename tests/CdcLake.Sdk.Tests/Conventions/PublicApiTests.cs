namespace CdcLake.Tests.Conventions;

/// <summary>
/// The public surface is a reviewed text. After an intended change run the tests once with CDCLAKE_APPROVE=1, which rewrites the text, and commit it.
/// </summary>
public sealed class PublicApiTests
{
    // The chain, connectors and errors; what a status is made of (9); what hosts need (12); what results in the application are made of; Flink; a whole database (5).
    private const int Budget = 117;
    private const string Folder = "tests/CdcLake.Sdk.Tests/Conventions/";
    private const string Core = "PublicApi.approved.txt";
    private const string Testing = "PublicApi.Testing.approved.txt";
    private const string AspNetCore = "PublicApi.AspNetCore.approved.txt";

    // Where applications look for what they add to a container or to themselves, without a using line.
    private static bool IsContainerExtension(Type type) => type.Namespace is "Microsoft.Extensions.DependencyInjection" or "Microsoft.AspNetCore.Builder" && type.Name.EndsWith("Extensions", StringComparison.Ordinal);

    private static readonly Type[] Sample = [typeof(SampleSurface), typeof(SampleSurface.Kind)];

    [Theory]
    [InlineData(Core)]
    [InlineData(Testing)]
    [InlineData(AspNetCore)]
    public void Public_surface_is_the_approved_one(string name)
    {
        var actual = PublicApiPrinter.Print(TypesOf(name));
        var path = Folder + name;
        var file = Path.Combine(SourceTree.Root, path);
        if (Environment.GetEnvironmentVariable("CDCLAKE_APPROVE") == "1")
        {
            File.WriteAllText(file, actual);
        }

        var approved = File.Exists(file) ? SourceTree.Read(path).Text : "";
        Rule.Holds(
            Differences(approved, actual),
            $"The public surface differs from {path}. When that is intended: CDCLAKE_APPROVE=1 dotnet test tests/CdcLake.Sdk.Tests --filter PublicApi, and commit the file.");
    }

    [Fact]
    public void Public_types_stay_within_the_budget() => Rule.Holds(OverBudget(typeof(CdcLakeException).Assembly.GetTypes(), Budget), "Make types internal: users have to learn each public one.");

    [Theory]
    [InlineData(Core, "CdcLake")]
    [InlineData(Testing, "CdcLake.Testing")]
    [InlineData(AspNetCore, "CdcLake")]
    public void Public_types_live_in_the_root_namespace(string name, string space) =>
        Rule.Holds(
            TypesOf(name).Where(t => t.IsVisible && t.Namespace != space && !IsContainerExtension(t)).Select(t => t.FullName!),
            $"One using line must be enough: public types belong to namespace {space}.");

    [Fact]
    public void Rule_objects_to_an_added_and_to_a_removed_member()
    {
        var actual = PublicApiPrinter.Print(Sample);
        Rule.Objects(Differences(actual.Replace("    public string? Name { get; init; }\n", "", StringComparison.Ordinal), actual), "+ public class CdcLake.Tests.Conventions.PublicApiTests.SampleSurface: public string? Name");
        Rule.Objects(Differences(actual + "    Three = 3\n", actual), "− public enum CdcLake.Tests.Conventions.PublicApiTests.SampleSurface.Kind: Three = 3");
    }

    [Fact]
    public void Budget_rule_objects_to_one_type_too_many() => Rule.Objects(OverBudget(Sample, 1), "2 public types");

    [Fact]
    public void Printer_spells_members_as_csharp_does()
    {
        const string expected = """
            public class CdcLake.Tests.Conventions.PublicApiTests.SampleSurface
                protected SampleSurface Next()
                public .ctor()
                public static IReadOnlyList<string?>? Find<T>(T[] items, int? limit = default, bool exact = true) where T : class
                public string? Name { get; init; }
            public enum CdcLake.Tests.Conventions.PublicApiTests.SampleSurface.Kind
                One = 1

            """;
        Assert.Equal(expected.ReplaceLineEndings("\n"), PublicApiPrinter.Print(Sample));
    }

    private static Type[] TypesOf(string name) => (name switch
    {
        Core => typeof(CdcLakeException),
        Testing => typeof(CdcLake.Testing.FakeStarRocks),
        _ => typeof(CdcLakeDashboardOptions),
    }).Assembly.GetTypes();

    private static IEnumerable<string> OverBudget(IEnumerable<Type> types, int budget)
    {
        var count = types.Count(t => t.IsVisible);
        if (count > budget)
        {
            yield return $"{count} public types, budget {budget}";
        }
    }

    private static IEnumerable<string> Differences(string approved, string actual)
    {
        var before = Flatten(approved);
        var after = Flatten(actual);
        return before.Except(after, StringComparer.Ordinal).Select(l => "− " + l).Concat(after.Except(before, StringComparer.Ordinal).Select(l => "+ " + l));
    }

    private static List<string> Flatten(string text)
    {
        var lines = new List<string>();
        var type = "";
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            type = line[0] == ' ' ? type : line;
            lines.Add(line[0] == ' ' ? $"{type}: {line.Trim()}" : line);
        }

        return lines;
    }

#pragma warning disable CA1034, CA1822 // a sample of what a printer must spell
    public class SampleSurface
    {
        public enum Kind
        {
            One = 1,
        }

        public string? Name { get; init; }

        internal int Hidden { get; set; }

        public static IReadOnlyList<string?>? Find<T>(T[] items, int? limit = null, bool exact = true)
            where T : class => limit is null && exact ? items.Select(i => i.ToString()).ToList() : null;

        protected SampleSurface Next() => this;
    }
#pragma warning restore CA1034, CA1822
}
