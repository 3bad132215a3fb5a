using CdcLake.Hosting;
using CdcLake.Tests.Conventions;
using Microsoft.Extensions.Options;

namespace CdcLake.Tests.Hosting;

/// <summary>Configuration changes how pipelines are operated; what is wrong in it stops the start, all at once.</summary>
public sealed class HostedConfigurationTests
{
    [Theory]
    [InlineData("ComitInterval", "00:00:01", "CdcLake:ComitInterval", "Nearest: CommitInterval")]
    [InlineData("CommitInterval", "soon", "CdcLake:CommitInterval", "a time such as 00:00:30")]
    [InlineData("CommitInterval", "-00:00:01", "CommitInterval", "pipeline \"sales\"")]
    [InlineData("CommitRows", "many", "CdcLake:CommitRows", "a whole number")]
    [InlineData("CommitRows", "0", "CommitRows", "pipeline \"sales\"")]
    [InlineData("EpochRows", "99999999999", "CdcLake:EpochRows", "a whole number")]
    [InlineData("Enabled", "yes", "CdcLake:Enabled", "true or false")]
    [InlineData("OnFailure", "Explode", "CdcLake:OnFailure", "KeepHost, StopHost, Restart")]
    [InlineData("OnFailure", "1", "CdcLake:OnFailure", "KeepHost, StopHost, Restart")]
    [InlineData("CommitRows:x", "1", "CdcLake:CommitRows", "not a section")]
    [InlineData("Pipelines:sale:CommitRows", "1", "CdcLake:Pipelines:sale", "Nearest: sales")]
    [InlineData("Pipelines:sales:ComitRow", "1", "CdcLake:Pipelines:sales:ComitRow", "Nearest: CommitRows")]
    [InlineData("CheckpointS3:s3.endpont", "http://localhost", "s3.endpont", "s3.endpoint")]
    [InlineData("CheckpointFolder", "ftp://x", "pipeline \"sales\"", "ftp")]
    public async Task A_wrong_entry_stops_the_start_and_is_named(string key, string value, string place, string advice)
    {
        await using var host = new TestHost((key, value)).Add("sales");
        var error = await Assert.ThrowsAsync<OptionsValidationException>(host.StartAsync);
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_wrong_entries_are_named_at_once()
    {
        await using var host = new TestHost(("A", "1"), ("B", "2"), ("Pipelines:none:CommitRows", "3")).Add("sales");
        var error = await Assert.ThrowsAsync<OptionsValidationException>(host.StartAsync);
        Assert.Equal(3, error.Failures.Count());
    }

    [Fact]
    public async Task Configuration_goes_before_code_and_what_holds_for_one_pipeline_before_what_holds_for_all()
    {
        await using var host = await new TestHost(("commitinterval", "00:00:05"), ("CommitRows", "7"), ("RetryFor", "Infinite"), ("Pipelines:Sales:CommitInterval", "00:00:09"))
            .Add("sales", options: o => (o.CommitInterval, o.CommitBytes) = (TimeSpan.FromDays(1), 5))
            .Add("users").StartAsync();
        Assert.Contains("CommitInterval=00:00:09, CommitRows=7, CommitBytes=5", Printed("sales"), StringComparison.Ordinal);
        Assert.Contains("CommitInterval=00:00:05, CommitRows=7, CommitBytes=268435456", Printed("users"), StringComparison.Ordinal);
        Assert.Contains("RetryFor=Infinite", Printed("users"), StringComparison.Ordinal);

        string Printed(string pipeline) => Assert.Single(host.Logs.GetSnapshot(), r => r.Id.Id == 7000 && r.Message.StartsWith(pipeline, StringComparison.Ordinal)).Message;
    }

    [Fact]
    public async Task The_printed_configuration_has_no_secret()
    {
        await using var host = await new TestHost(("CheckpointS3:s3.access-key-id", "AKIDVISIBLE"), ("CheckpointS3:s3.secret-access-key", "hush-hush"), ("CheckpointS3:s3.endpoint", "http://localhost:1")).Add("sales").StartAsync();
        Assert.Contains(host.Logs.GetSnapshot(), r => r.Message.Contains("AKIDVISIBLE", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Logs.GetSnapshot(), r => r.Message.Contains("hush-hush", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_setting_reads_back_what_it_prints()
    {
        var (options, hosting) = (new PipelineOptions { Lease = true }, new CdcLakeHostingOptions());
        foreach (var key in OptionKeys.All)
        {
            var printed = key.Get(options, hosting);
            key.Set(options, hosting, printed);
            Assert.Equal(printed, key.Get(options, hosting));
        }
    }

    [Fact]
    public void Every_option_that_is_a_plain_value_is_a_setting() => Assert.Empty(
        typeof(PipelineOptions).GetProperties().Concat(typeof(CdcLakeHostingOptions).GetProperties())
            .Where(p => p.PropertyType.IsPrimitive || p.PropertyType.IsEnum || p.PropertyType == typeof(string) || p.PropertyType == typeof(TimeSpan) || p.PropertyType == typeof(bool?))
            .Select(p => p.Name).Except(OptionKeys.All.Select(k => k.Name)));

    [Fact]
    public void Table_of_settings_in_the_documentation_is_that_of_the_code()
    {
        var (options, hosting) = (new PipelineOptions { Lease = true }, new CdcLakeHostingOptions());
        DocTable.Check("src/CdcLake.Sdk/Hosting/README.md", "settings", ["key", "value", "default"], OptionKeys.All.Select(k => new[] { $"`{k.Name}`", k.Form, $"`{k.Get(options, hosting)}`" }));
    }
}
