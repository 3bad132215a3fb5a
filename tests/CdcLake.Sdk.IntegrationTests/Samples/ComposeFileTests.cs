using System.Text.RegularExpressions;
using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Samples;

/// <summary>What can be told of the full stack without starting it.</summary>
public sealed partial class ComposeFileTests
{
    private const long EightGigabytes = 8L << 30;
    private static readonly string[] OneShot = ["bucket", "starrocks-setup"];

    [ServerFact(ComposeFile.Variable)]
    public async Task Compose_file_follows_the_specification_and_pins_checks_and_limits_each_service()
    {
        var file = await ComposeFile.ReadAsync(); // Compose refuses what its specification does not know
        var memory = 0L;
        foreach (var service in file.Services.EnumerateObject())
        {
            var (name, value) = (service.Name, service.Value);
            var image = value.GetProperty("image").GetString()!;
            Assert.True(value.TryGetProperty("build", out _) || PinnedImage().IsMatch(image), $"{name}: {image} is not pinned");
            Assert.True(name is "shop" || OneShot.Contains(name) || value.TryGetProperty("healthcheck", out _), $"{name} has no health check");
            Assert.Equal(["stack"], value.GetProperty("networks").EnumerateObject().Select(n => n.Name));
            memory += OneShot.Contains(name) ? 0 : long.Parse(value.GetProperty("mem_limit").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
            foreach (var port in value.TryGetProperty("ports", out var ports) ? ports.EnumerateArray() : [])
            {
                Assert.Equal("127.0.0.1", port.GetProperty("host_ip").GetString()); // the passwords are public
            }

            foreach (var volume in value.TryGetProperty("volumes", out var volumes) ? volumes.EnumerateArray() : [])
            {
                var source = volume.GetProperty("source").GetString()!;
                Assert.True(volume.GetProperty("type").GetString() == "volume" || Path.Exists(source), $"{name}: {source} does not exist");
            }
        }

        Assert.InRange(memory, 1, EightGigabytes);
    }

    [Fact]
    public void Dashboard_of_Superset_refers_only_to_what_comes_with_it()
    {
        var files = Directory.GetFiles(Path.Combine(ComposeFile.Folder, "superset", "dashboard"), "*.yaml", SearchOption.AllDirectories).ToDictionary(f => f, File.ReadAllText);
        string[] Own(string kind) => [.. files.Where(f => f.Key.Contains($"/{kind}/", StringComparison.Ordinal)).Select(f => OwnId().Match(f.Value).Groups[1].Value)];
        string[] Named(string key) => [.. files.Values.SelectMany(t => Regex.Matches(t, $@"^\s*{key}: (\S+)$", RegexOptions.Multiline)).Select(m => m.Groups[1].Value)];

        Assert.Equal(Own("databases"), Named("database_uuid"));
        Assert.Equal([Own("datasets")[0], Own("datasets")[0]], Named("dataset_uuid"));
        var dashboard = files.Single(f => f.Key.Contains("/dashboards/", StringComparison.Ordinal)).Value;
        Assert.Equal(Own("charts").Order(), ChartId().Matches(dashboard).Select(m => m.Groups[1].Value).Order());
        var ids = files.Values.Select(t => OwnId().Match(t)).Where(m => m.Success).Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(5, ids.Distinct().Count());
        Assert.All(ids, id => Assert.True(Guid.TryParse(id, out _), id));
        Assert.DoesNotContain("\t", string.Concat(files.Values), StringComparison.Ordinal);
    }

    [GeneratedRegex(@":(\d+(\.\d+)*|RELEASE\.[\dTZ-]+)$")]
    private static partial Regex PinnedImage();

    [GeneratedRegex(@"^uuid: (\S+)$", RegexOptions.Multiline)]
    private static partial Regex OwnId();

    [GeneratedRegex(@"^      uuid: (\S+)$", RegexOptions.Multiline)]
    private static partial Regex ChartId();
}
