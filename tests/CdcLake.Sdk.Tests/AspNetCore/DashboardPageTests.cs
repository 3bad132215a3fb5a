using System.Net;
using System.Text.RegularExpressions;
using CdcLake.AspNetCore;

namespace CdcLake.Tests.AspNetCore;

/// <summary>The page and what it loads.</summary>
public sealed partial class DashboardPageTests
{
    [Theory]
    [InlineData("/cdclake", "", "cdclake")]
    [InlineData("/ops/lake", "", "ops/lake")]
    [InlineData("/cdclake", "/shop", "shop/cdclake")]
    [InlineData("", "", "")]
    [InlineData("/", "/shop", "shop")]
    public async Task The_page_and_all_it_loads_are_there_wherever_it_is_mapped(string pattern, string pathBase, string at)
    {
        await using var host = await DashboardHost.StartAsync(pattern: pattern, pathBase: pathBase);
        if (at.Length > 0)
        {
            using var moved = await host.SendAsync("GET", at);
            Assert.Equal((HttpStatusCode.Found, at.Split('/')[^1] + "/"), (moved.StatusCode, moved.Headers.Location!.OriginalString));
        }

        var root = at.Length == 0 ? "" : at + "/";
        var page = await host.Client.GetStringAsync(root);
        foreach (var address in Loaded().Matches(page).Select(m => m.Groups[1].Value))
        {
            using var answer = await host.SendAsync("GET", root + address);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Contains("immutable", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        }

        Assert.NotEqual(0, (await host.GetAsync(root + "api/v1/pipelines")).GetArrayLength());
    }

    [Fact]
    public async Task What_a_browser_has_already_is_not_sent_again()
    {
        await using var host = await DashboardHost.StartAsync();
        using var first = await host.SendAsync("GET", "cdclake/");
        using var again = await host.SendAsync("GET", "cdclake/", ("If-None-Match", first.Headers.ETag!.Tag));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal("no-cache", first.Headers.CacheControl!.ToString());
    }

    [Fact]
    public void The_page_is_small_and_loads_nothing_from_elsewhere()
    {
        Assert.InRange(Asset.TotalBytes, 10_000, 150_000);
        foreach (var asset in Directory.GetFiles(Path.Combine(Conventions.SourceTree.Root, "src/CdcLake.Sdk.AspNetCore/Assets")))
        {
            var text = File.ReadAllText(asset);
            Assert.All(Address().Matches(text), m => Assert.Equal("http://www.w3.org/2000/svg", m.Value));
            Assert.DoesNotContain("innerHTML", text, StringComparison.Ordinal); // texts of others never become markup
            Assert.DoesNotContain("eval(", text, StringComparison.Ordinal);
        }
    }

    [GeneratedRegex("(?:href|src)=\"(assets/[^\"]+)\"")]
    private static partial Regex Loaded();

    [GeneratedRegex(@"https?://[^\s""'`<>)]+")]
    private static partial Regex Address();
}
