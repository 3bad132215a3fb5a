using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace CdcLake.AspNetCore.Api;

/// <summary>For documents that are put together by hand.</summary>
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class DocumentJson : JsonSerializerContext;
