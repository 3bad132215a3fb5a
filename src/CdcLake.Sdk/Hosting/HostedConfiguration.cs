using CdcLake.Common;
using Microsoft.Extensions.Configuration;

namespace CdcLake.Hosting;

/// <summary>What an application's configuration says about pipelines at one moment. Everything that is wrong is collected.</summary>
internal sealed class HostedConfiguration
{
    private readonly List<string> _errors = [];
    private readonly Dictionary<string, Settings> _named = new(StringComparer.OrdinalIgnoreCase);
    private readonly Settings _common = new([], []);

    public IReadOnlyList<string> Errors => _errors;

    /// <summary>Reads the section that was given to <c>AddCdcLake</c>, and tries it on every pipeline.</summary>
    public void Read(PipelineRegistrations registrations)
    {
        if (registrations.Configuration is not { } root)
        {
            return;
        }

        foreach (var child in root.GetChildren())
        {
            if (child.Key.Equals(OptionKeys.PipelinesSection, StringComparison.OrdinalIgnoreCase))
            {
                ReadPipelines(child, [.. registrations.All.Select(r => r.Name)]);
            }
            else
            {
                Read(child, _common, [OptionKeys.PipelinesSection]);
            }
        }

        foreach (var registration in registrations.All)
        {
            Try(root is IConfigurationSection section ? section.Path : "configuration", registration);
        }
    }

    /// <summary>Sets what configuration says: first what holds for all pipelines, then what holds for this one.</summary>
    public void Apply(string pipeline, PipelineOptions options, CdcLakeHostingOptions hosting)
    {
        var own = _named.GetValueOrDefault(pipeline);
        foreach (var (key, value) in _common.Values.Concat(own?.Values ?? []))
        {
            key.Set(options, hosting, value);
        }

        var s3 = own is { S3.Count: > 0 } ? own.S3 : _common.S3;
        if (s3.Count > 0)
        {
            options.CheckpointS3 = S3Options.FromProperties(s3);
        }
    }

    /// <summary>All that it says about a pipeline, in the order in which it is applied.</summary>
    public IEnumerable<HostedEntry> EntriesOf(string pipeline) =>
        from settings in new[] { _common, _named.GetValueOrDefault(pipeline) }
        where settings is not null
        from entry in settings.Values.Select(v => new HostedEntry(v.Key.Name, v.Value, v.Key.IsOfHost)).Concat(settings.S3.Select(p => new HostedEntry(p.Key, p.Value, IsOfHost: false)))
        select entry;

    private void ReadPipelines(IConfigurationSection section, IReadOnlyList<string> names)
    {
        foreach (var pipeline in section.GetChildren())
        {
            if (!names.Contains(pipeline.Key, StringComparer.OrdinalIgnoreCase))
            {
                _errors.Add($"{pipeline.Path}: there is no pipeline of this name. {NearestNames.Suggest(pipeline.Key, names)}");
                continue;
            }

            var settings = _named[pipeline.Key] = new Settings([], []);
            foreach (var child in pipeline.GetChildren())
            {
                Read(child, settings, []);
            }
        }
    }

    private void Read(IConfigurationSection entry, Settings settings, IReadOnlyList<string> sections)
    {
        if (entry.Key.Equals(OptionKeys.S3Section, StringComparison.OrdinalIgnoreCase))
        {
            settings.S3.AddRange(entry.GetChildren().Select(c => KeyValuePair.Create(c.Key, c.Value ?? "")));
        }
        else if (OptionKeys.Find(entry.Key) is not { } key)
        {
            _errors.Add($"{entry.Path}: there is no such setting. {NearestNames.Suggest(entry.Key, [.. OptionKeys.All.Select(k => k.Name), OptionKeys.S3Section, .. sections])}");
        }
        else if (entry.Value is not { } value)
        {
            _errors.Add($"{entry.Path}: it is {key.Form}, not a section.");
        }
        else if (IsOfForm(key, value))
        {
            settings.Values.Add((key, value));
        }
        else
        {
            _errors.Add($"{entry.Path}: \"{value}\" is not {key.Form}.");
        }
    }

    private static bool IsOfForm(OptionKey key, string value)
    {
        try
        {
            key.Set(new PipelineOptions(), new CdcLakeHostingOptions(), value);
            return true;
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            return false;
        }
    }

    // Ranges, and what must hold between several settings.
    private void Try(string path, PipelineRegistration registration)
    {
        try
        {
            var (options, hosting) = (new PipelineOptions(), new CdcLakeHostingOptions());
            registration.Configure?.Invoke(hosting);
            Apply(registration.Name, options, hosting);
            _ = (options.Freeze(), hosting.Freeze());
        }
        catch (ArgumentException error)
        {
            _errors.Add($"{path}, for pipeline \"{registration.Name}\": {error.Message}");
        }
    }

    private sealed record Settings(List<(OptionKey Key, string Value)> Values, List<KeyValuePair<string, string>> S3);
}
