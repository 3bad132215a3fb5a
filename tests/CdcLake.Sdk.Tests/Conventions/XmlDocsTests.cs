using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace CdcLake.Tests.Conventions;

/// <summary>Documentation says something that the name does not: no public member without a text, no text that only spells the name again.</summary>
public sealed partial class XmlDocsTests
{
    private static readonly HashSet<string> Filler =
        [.. Words("a an the of to for in on this that is and or it its with by from get set return value initializes create new instance class type object represents defines specified given s")];

    /// <summary>A type of each package.</summary>
    public static TheoryData<Type> Packages => new(typeof(CdcLakeException), typeof(CdcLake.Testing.FakeStarRocks), typeof(CdcLakeDashboardOptions));

    [Theory]
    [MemberData(nameof(Packages))]
    public void Documentation_adds_to_the_name(Type package) =>
        Rule.Holds(Echoes(Public(Load(package), package)), "Say what it is, its shape, units, default, errors and source; what the name already says is no documentation.");

    [Theory]
    [MemberData(nameof(Packages))]
    public void Public_members_are_documented(Type package)
    {
        var documented = Load(package).Descendants("member").Select(m => (string)m.Attribute("name")!).ToHashSet(StringComparer.Ordinal);
        var types = package.Assembly.GetTypes().Where(t => t.IsVisible);
        Rule.Holds(Undocumented(types, documented), "Add a <summary>.");
    }

    [Theory]
    [InlineData("P:CdcLake.A.CommitRows", "Gets the commit rows.", "CommitRows")]
    [InlineData("T:CdcLake.RetryOptions", "The retry options.", "RetryOptions")]
    [InlineData("M:CdcLake.A.#ctor(System.Int32)", "Initializes a new instance of the A class.", "#ctor")]
    [InlineData("M:CdcLake.A.RunAsync", "", "RunAsync")]
    public void Rule_objects_to(string name, string summary, string mention) => Rule.Objects(Echoes(Doc(name, summary)), mention);

    [Theory]
    [InlineData("P:CdcLake.A.CommitRows", "Pending rows at which a sink commits although the interval has not passed.")]
    [InlineData("P:CdcLake.A.Name", "Unique within its schema.")]
    public void Rule_allows(string name, string summary) => Assert.Empty(Echoes(Doc(name, summary)));

    [Fact]
    public void Rule_objects_to_a_type_without_documentation() =>
        Rule.Objects(Undocumented([typeof(PublicApiTests.SampleSurface.Kind)], new HashSet<string> { "F:CdcLake.Tests.Conventions.PublicApiTests.SampleSurface.Kind.One" }), "Kind");

    private static XDocument Load(Type package) => XDocument.Load(Path.ChangeExtension(package.Assembly.Location, ".xml"));

    private static IEnumerable<XElement> Doc(string name, string summary) => [new XElement("member", new XAttribute("name", name), new XElement("summary", summary))];

    private static IEnumerable<XElement> Public(XDocument docs, Type package)
    {
        var visible = package.Assembly.GetTypes().Where(t => t.IsVisible).Select(t => t.FullName!.Replace('+', '.')).ToHashSet(StringComparer.Ordinal);
        foreach (var member in docs.Descendants("member"))
        {
            var name = ((string)member.Attribute("name")!)[2..].Split('(')[0];
            if (visible.Contains(name) || (name.LastIndexOf('.') is > 0 and var dot && visible.Contains(name[..dot])))
            {
                yield return member;
            }
        }
    }

    private static IEnumerable<string> Echoes(IEnumerable<XElement> members) =>
        from member in members
        where member.Element("inheritdoc") is null
        let name = (string)member.Attribute("name")!
        let summary = member.Element("summary")
        let known = Words(name.Split('(')[0].Split('.')[^1]).Concat(Words(name.Split('(')[0].Split('.')[^2]))
        let text = summary is null ? [] : Words(Text(summary)).ToList()
        where summary is not null || member.Element("param") is null
        where !text.Except(known).Except(Filler).Any()
        select $"{name}: \"{(summary is null ? "" : Text(summary).Trim())}\"";

    private static IEnumerable<string> Undocumented(IEnumerable<Type> types, HashSet<string> documented) =>
        from type in types
        let name = type.FullName!.Replace('+', '.')
        from wanted in Wanted(type, name)
        where !documented.Contains(wanted)
        select wanted;

    private static IEnumerable<string> Wanted(Type type, string name) =>
        new[] { "T:" + name }
            .Concat(type.GetProperties().Where(p => p.DeclaringType == type && p.GetIndexParameters().Length == 0 && p.Name != "EqualityContract").Select(p => $"P:{name}.{p.Name}"))
            .Concat(type.GetFields().Where(f => f.DeclaringType == type && !f.IsSpecialName).Select(f => $"F:{name}.{f.Name}"));

    // A reference counts as its words: <see cref="P:CdcLake.A.CommitRows"/> says "Commit Rows".
    private static string Text(XElement element) =>
        string.Concat(element.Nodes().Select(n => n switch
        {
            XText t => t.Value,
            XElement e => (e.Attribute("cref") ?? e.Attribute("name") ?? e.Attribute("langword"))?.Value.Split('.', ':')[^1] + Text(e),
            _ => "",
        }));

    private static IEnumerable<string> Words(string text) => Word().Matches(text).Select(m => m.Value.ToLowerInvariant().TrimEnd('s'));

    [GeneratedRegex("[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])|[^\\sA-Za-z0-9.,;:()]+")]
    private static partial Regex Word();
}
