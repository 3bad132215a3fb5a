using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CdcLake.AspNetCore.Api;

/// <summary>Reads requests; what is wrong in one is named.</summary>
internal static class Requests
{
    private const int LongestText = 4096;

    public static IPipelineRegistry Registry(this HttpContext context) => context.RequestServices.GetRequiredService<IPipelineRegistry>();

    /// <summary>The pipeline that the path names.</summary>
    public static IPipelineHandle Pipeline(this HttpContext context)
    {
        var name = (string)context.GetRouteValue("pipeline")!;
        return context.Registry().Find(name)
            ?? throw new ApiException(StatusCodes.Status404NotFound, "There is no such pipeline.", $"There are: {string.Join(", ", context.Registry().Pipelines.Select(p => p.Name))}.");
    }

    /// <summary>A value of the query; null when it is missing or empty.</summary>
    public static string? Text(this HttpContext context, string name)
    {
        var values = context.Request.Query[name];
        if (values.Count > 1 || values.ToString().Length > LongestText)
        {
            throw Bad(name, "it stands once, and has at most 4,096 characters");
        }

        return values.ToString() is { Length: > 0 } text ? text : null;
    }

    /// <summary>A whole number of the query.</summary>
    public static int Number(this HttpContext context, string name, int otherwise, int least, int most) => context.Text(name) switch
    {
        null => otherwise,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most => number,
        _ => throw Bad(name, string.Create(CultureInfo.InvariantCulture, $"it is a whole number from {least:N0} to {most:N0}")),
    };

    /// <summary>A long whole number of the query; null when it is missing.</summary>
    public static long? Id(this HttpContext context, string name) => context.Text(name) switch
    {
        null => null,
        var text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw Bad(name, "it is a whole number"),
    };

    /// <summary>One of some words of the query; the first one when it is missing.</summary>
    public static string Word(this HttpContext context, string name, params string[] words)
    {
        var word = context.Text(name) ?? words[0];
        return words.Contains(word, StringComparer.Ordinal) ? word : throw Bad(name, $"it is one of: {string.Join(", ", words)}");
    }

    /// <summary>An error in a parameter.</summary>
    public static ApiException Bad(string name, string rule) => new(StatusCodes.Status400BadRequest, $"The parameter {name} cannot be followed.", $"As api/v1/openapi.json says: {rule}.");
}
