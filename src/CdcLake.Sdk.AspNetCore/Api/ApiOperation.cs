using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace CdcLake.AspNetCore.Api;

/// <summary>One operation of the JSON API: what routing, the handler and the document know of it.</summary>
/// <param name="Method">Of HTTP.</param>
/// <param name="Path">Below <see cref="Root"/>, with parameters in braces.</param>
/// <param name="Id">Its name, unique.</param>
/// <param name="Summary">What it gives or does.</param>
/// <param name="Handler">Answers.</param>
internal sealed record ApiOperation(string Method, string Path, string Id, string Summary, RequestDelegate Handler)
{
    /// <summary>Where this version of the API lies, below the page. Members may be added within a version; none is removed or changes its meaning.</summary>
    public const string Root = "/api/v1";

    /// <summary>What stands behind the question mark.</summary>
    public IReadOnlyList<ApiParameter> Query { get; init; } = [];

    /// <summary>Shape of the answer; null where it is no JSON of that kind.</summary>
    public JsonTypeInfo? Response { get; init; }

    /// <summary>Content type of the answer.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>The members of the body, for one that acts.</summary>
    public IReadOnlyList<ApiParameter>? Body { get; init; }
}

/// <summary>A parameter that may be given.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Type">As JSON Schema calls it.</param>
/// <param name="Description">What it does, and what happens without it.</param>
internal sealed record ApiParameter(string Name, string Type, string Description);
