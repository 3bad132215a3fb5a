using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CdcLake.AspNetCore.Api;

/// <summary>Everything that is written as JSON, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(About))]
[JsonSerializable(typeof(IReadOnlyList<PipelineSummary>))]
[JsonSerializable(typeof(PipelineStatus))]
[JsonSerializable(typeof(IReadOnlyList<StageStatus>))]
[JsonSerializable(typeof(IReadOnlyList<SinkStatus>))]
[JsonSerializable(typeof(IReadOnlyList<CheckpointStatus>))]
[JsonSerializable(typeof(IReadOnlyList<PipelineEvent>))]
[JsonSerializable(typeof(IReadOnlyList<Sample>))]
[JsonSerializable(typeof(IReadOnlyList<TableInfo>))]
[JsonSerializable(typeof(TableInfo))]
[JsonSerializable(typeof(IReadOnlyList<TableColumn>))]
[JsonSerializable(typeof(PlanText))]
[JsonSerializable(typeof(ActionResult))]
internal sealed partial class DashboardJson : JsonSerializerContext
{
    /// <summary>For answers: without secrets, and with letters of all languages as they are, since nothing is put into HTML.</summary>
    public static DashboardJson Redacted { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new RedactedText() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
