using System.Net.Mime;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace CdcLake.AspNetCore.Api;

/// <summary>Writes answers.</summary>
internal static class Answers
{
    public static Task JsonAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.Body, value, type, context.RequestAborted);
    }

    /// <summary>JSON that is written already.</summary>
    public static Task JsonAsync(HttpContext context, ReadOnlyMemory<byte> json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }

    /// <summary>What is wrong and what to do: to a person as a page, to programs as RFC 9457 says.</summary>
    public static async Task ProblemAsync(HttpContext context, ApiException problem)
    {
        context.Response.StatusCode = problem.Status;
        var (title, detail) = (RedactedText.Of(problem.Message), RedactedText.Of(problem.Detail));
        if (context.Request.Headers.Accept.ToString().Contains(MediaTypeNames.Text.Html, StringComparison.Ordinal))
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            var html = HtmlEncoder.Default;
            await context.Response.WriteAsync(
                $"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\"><title>CdcLake: {problem.Status}</title><main><h1>{html.Encode(title)}</h1><p>{html.Encode(detail)}</p></main></html>",
                context.RequestAborted).ConfigureAwait(false);
            return;
        }

        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("status", problem.Status);
            json.WriteString("title", title);
            json.WriteString("detail", detail);
            json.WriteEndObject();
        }

        context.Response.ContentType = "application/problem+json";
        await context.Response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), context.RequestAborted).ConfigureAwait(false);
    }
}
