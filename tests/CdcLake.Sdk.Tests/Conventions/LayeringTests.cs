using System.Text.RegularExpressions;

namespace CdcLake.Tests.Conventions;

/// <summary>
/// Who may know whom: folders of src/CdcLake.Sdk are layers, and a file's <c>using</c> lines (and fully qualified names) are what it knows.
/// A folder may use what its row lists, and whatever that may use. To allow a new pair, change the table here and say why in the commit.
/// </summary>
public sealed partial class LayeringTests
{
    private const string Facade = "";

    /// <summary>Where applications look for what they add to a container.</summary>
    private const string ContainerNamespace = "Microsoft.Extensions.DependencyInjection";

    /// <summary>Folders in which a file of namespace CdcLake belongs to the façade.</summary>
    private static readonly string[] FacadeRooms = ["MySql", "Iceberg", "StarRocks", "Views", "RowSinks", "Flink"];

    private static readonly string[] Ground = ["Common", "Errors", "Diagnostics"];

    private static readonly Dictionary<string, string[]> Table = new(StringComparer.Ordinal)
    {
        ["Common"] = [],
        ["Errors"] = [],
        ["Diagnostics"] = [],
        ["Columnar"] = [],
        ["Compression"] = [],
        ["Avro"] = [],
        ["Storage"] = [],
        ["Expressions"] = ["Columnar"],
        ["Parquet"] = ["Columnar", "Compression"],
        ["Connectors"] = ["Columnar"],
        ["State"] = ["Columnar", "Storage"],
        ["Upserts"] = ["State", "Connectors"],
        ["Dataflow"] = ["Columnar", "Expressions", "State", "Connectors"],
        ["Planning"] = ["Columnar", "Expressions", "Connectors"], // what a source describes goes in, what it captures comes out
        ["MySql"] = ["Columnar", "Compression", "Connectors"],
        ["Iceberg"] = ["Columnar", "Compression", "Expressions", "Connectors", "State", "Upserts", "Parquet", "Avro", "Storage"], // conditions of scans prune files
        ["StarRocks"] = ["Columnar", "Compression", "Connectors", "Upserts", "MySql.Wire"],
        ["Checkpoints"] = ["State", "Storage", "Connectors"],
        ["RowSinks"] = ["State", "Connectors", "Planning"], // objects are made as the plan's types say
        ["Views"] = ["Dataflow", "Planning"], // a sink in the process, whose content is state; objects are made as the plan's types say
        ["Runtime"] = ["Dataflow", "Planning", "Checkpoints"],
        ["Hosting"] = [Facade],
        ["Flink"] = [Facade], // says in SQL what the chain says, connectors included
    };

    /// <summary>Namespaces that only some places may name: prefix, then the path prefixes that may.</summary>
    private static readonly (string Namespace, string[] Places)[] Reserved =
    [
        ("System.Linq.Expressions", ["src/CdcLake.Sdk/*", "src/CdcLake.Sdk/Expressions/", "src/CdcLake.Sdk/Iceberg/*", "src/CdcLake.Sdk/StarRocks/*", "src/CdcLake.Sdk/Views/*", "src/CdcLake.Sdk/RowSinks/*"]),
        ("System.Threading.Channels", ["src/CdcLake.Sdk/Dataflow/"]),
        ("Amazon", ["src/CdcLake.Sdk/Storage/S3/"]),
        ("MySqlConnector", ["src/CdcLake.Sdk/MySql/Wire/", "src/CdcLake.Sdk/MySql/*", "src/CdcLake.Sdk/StarRocks/", "src/CdcLake.Sdk/Flink/Sql/MySqlCdcOptions.cs"]),
        ("Microsoft.Extensions", ["src/CdcLake.Sdk/*", "src/CdcLake.Sdk/Hosting/", "src/CdcLake.Sdk/Diagnostics/"]),
    ];

    [Fact]
    public void Sources_use_only_the_layers_below_them() =>
        Rule.Holds(Violations(Sources()), "Move the code to the layer it belongs to, or pass what it needs through a contract in Connectors.");

    [Fact]
    public void Channels_are_wrapped_in_one_file() =>
        Rule.Holds(ChannelFiles(Sources()).Skip(1), "System.Threading.Channels is used through one wrapper, which counts depth, waits and bytes.");

    [Theory]
    [InlineData("Dataflow/Join.cs", "using CdcLake.MySql.Binlog;", "Dataflow → MySql")]
    [InlineData("Dataflow/Join.cs", "using System.Text.Json;", "JSON")]
    [InlineData("MySql/Binlog/Rows.cs", "using static CdcLake.Dataflow.Stage;", "MySql → Dataflow")]
    [InlineData("Iceberg/Sink.cs", "using Run = CdcLake.Runtime.Runner;", "Iceberg → Runtime")]
    [InlineData("Parquet/Writer.cs", "var x = new CdcLake.Storage.LocalStore();", "Parquet → Storage")]
    [InlineData("StarRocks/Ddl/Create.cs", "using CdcLake.MySql.Binlog;", "StarRocks → MySql.Binlog")]
    [InlineData("Columnar/Column.cs", "using System.Linq.Expressions;", "System.Linq.Expressions")]
    [InlineData("Runtime/Runner.cs", "using System.Threading.Channels;", "System.Threading.Channels")]
    [InlineData("Storage/Local/LocalStore.cs", "using Amazon.S3;", "Amazon")]
    [InlineData("Helpers/Text.cs", "namespace CdcLake.Helpers;", "Helpers")]
    [InlineData("Avro/Reader.cs", "namespace CdcLake.Parquet;", "namespace")]
    public void Rule_objects_to(string path, string line, string mention) => Rule.Objects(Violations([Sample(path, line)]), mention);

    [Theory]
    [InlineData("Dataflow/Join.cs", "using CdcLake.Columnar;")]
    [InlineData("Runtime/Runner.cs", "using CdcLake.Connectors;")]
    [InlineData("StarRocks/Ddl/Create.cs", "using CdcLake.MySql.Wire;")]
    [InlineData("Pipeline.cs", "using System.Linq.Expressions;")]
    [InlineData("Pipeline.cs", "using CdcLake.Iceberg.Transactions;")]
    [InlineData("Avro/Reader.cs", "// see CdcLake.Parquet.Reader")]
    [InlineData("Runtime/PipelineStatus.cs", "namespace CdcLake;")]
    public void Rule_allows(string path, string line) => Assert.Empty(Violations([Sample(path, line)]));

    [Fact]
    public void Rule_objects_to_a_second_channel_file()
    {
        var files = new[] { Sample("Dataflow/Channel.cs", "using System.Threading.Channels;"), Sample("Dataflow/Stage.cs", "using System.Threading.Channels;") };
        Rule.Objects(ChannelFiles(files).Skip(1), "Dataflow/Stage.cs");
    }

    private static TreeFile Sample(string path, string line) => new("src/CdcLake.Sdk/" + path, line + "\n");

    private static IReadOnlyList<TreeFile> Sources() => SourceTree.CSharp("src/CdcLake.Sdk");

    private static IEnumerable<string> ChannelFiles(IEnumerable<TreeFile> files) =>
        files.Where(f => f.Lines.Any(l => Code(l).Contains("System.Threading.Channels", StringComparison.Ordinal))).Select(f => f.Path);

    private static IEnumerable<string> Violations(IEnumerable<TreeFile> files)
    {
        foreach (var file in files)
        {
            var inside = file.Path["src/CdcLake.Sdk/".Length..];
            var folder = IsFacade(file) || !inside.Contains('/', StringComparison.Ordinal) ? Facade : inside[..inside.IndexOf('/', StringComparison.Ordinal)];
            if (folder != Facade && !Table.ContainsKey(folder))
            {
                yield return $"{file.Path}: folder {folder} has no row in the layer table";
                continue;
            }

            foreach (var line in file.Lines.Select(Code))
            {
                if (Objection(file.Path, folder, line) is { } objection)
                {
                    yield return $"{file.Path}: {objection} ({line.Trim()})";
                }
            }
        }
    }

    // A connector brings the public types by which users name it: they are the façade, wherever their file lies.
    private static bool IsFacade(TreeFile file) =>
        FacadeRooms.Any(r => file.Path.StartsWith($"src/CdcLake.Sdk/{r}/", StringComparison.Ordinal)) && file.Lines.Any(l => l == "namespace CdcLake;");

    private static string? Objection(string path, string folder, string line)
    {
        if (NamespaceLine().Match(line) is { Success: true } declared)
        {
            var name = declared.Groups[1].Value;
            return name == "CdcLake" || (folder == "Hosting" && name == ContainerNamespace) || IsOrBelow(name, "CdcLake." + folder) ? null : $"namespace {name} does not follow the folder";
        }

        foreach (var (reserved, places) in Reserved)
        {
            if (Mentions(line, reserved) && !places.Any(p => IsIn(path, p)))
            {
                return $"{reserved} belongs to {string.Join(", ", places)}";
            }
        }

        if (folder == "Dataflow" && Mentions(line, "System.Text.Json"))
        {
            return "Dataflow never sees JSON";
        }

        if (folder == Facade)
        {
            return null;
        }

        var used = UsedLayer().Matches(line).Select(m => m.Groups[1].Value);
        var offending = used.FirstOrDefault(u => Table.ContainsKey(First(u)) && First(u) != folder && !Closure(folder).Any(a => IsOrBelow(u, a)));
        return offending is null ? null : $"{folder} → {offending}";
    }

    private static HashSet<string> Closure(string folder)
    {
        var all = new HashSet<string>(Ground, StringComparer.Ordinal);
        var open = new Queue<string>([folder]);
        while (open.TryDequeue(out var next))
        {
            var row = next == Facade ? Table.Keys : (IEnumerable<string>)Table.GetValueOrDefault(next, []);
            foreach (var below in row.Where(all.Add))
            {
                open.Enqueue(below);
            }
        }

        return all;
    }

    private static bool IsIn(string path, string place) =>
        place.EndsWith('*')
            ? path.LastIndexOf('/') == place.Length - 2 && path.StartsWith(place[..^1], StringComparison.Ordinal)
            : path.StartsWith(place, StringComparison.Ordinal);

    private static bool Mentions(string line, string name) => Regex.IsMatch(line, $@"(?<![\w.]){Regex.Escape(name)}(?=[.;])");

    private static bool IsOrBelow(string name, string parent) => name == parent || name.StartsWith(parent + ".", StringComparison.Ordinal);

    private static string First(string name) => name.Split('.')[0];

    private static string Code(string line) => line.TrimStart().StartsWith("//", StringComparison.Ordinal) ? "" : line;

    [GeneratedRegex(@"^namespace\s+([\w.]+)")]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"(?<![\w.])CdcLake\.((?:\w+\.)*\w+)")]
    private static partial Regex UsedLayer();
}
