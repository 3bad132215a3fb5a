using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Testing.Rest;

/// <summary>
/// An Iceberg REST catalog behind an HTTP client: requirements are checked and updates applied to tables in memory, several tables in one act, and everything that a server
/// may say can be said. <see cref="Intercept"/> sees each request first, and <see cref="Corrupt"/> each answer.
/// </summary>
internal sealed class RestCatalogHandler(string warehouse, TimeProvider? clock = null) : HttpMessageHandler
{
    private readonly Dictionary<TableIdentifier, (TableMetadata Metadata, int Version)> _tables = [];
    private readonly Dictionary<string, ImmutableSortedDictionary<string, string>> _namespaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Status, string Body)> _answers = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Each request as <c>METHOD path?query</c>, in order.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>The last request's headers.</summary>
    public Dictionary<string, string> Headers { get; private set; } = [];

    /// <summary>What <c>v1/config</c> says.</summary>
    public JsonObject Config { get; set; } = new()
    {
        ["defaults"] = new JsonObject(),
        ["overrides"] = new JsonObject(),
        ["endpoints"] = new JsonArray("GET /v1/{prefix}/namespaces", "POST /v1/{prefix}/transactions/commit", "POST https://elsewhere/token", "odd"),
    };

    /// <summary>Answers instead of the server, before the request is carried out; null lets it pass.</summary>
    public Func<HttpRequestMessage, string, HttpResponseMessage?>? Intercept { get; set; }

    /// <summary>Replaces the answer to a request that was carried out; it may throw, as a connection does that is lost.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage, HttpResponseMessage>? Corrupt { get; set; }

    /// <summary>Added to what a load says: <c>config</c> and <c>storage-credentials</c>.</summary>
    public Func<JsonObject>? LoadExtra { get; set; }

    /// <summary>Items of a page; all in one by default.</summary>
    public int PageSize { get; set; } = int.MaxValue;

    public bool SendsETags { get; set; }

    /// <summary>Between levels of namespaces in paths.</summary>
    public char Separator { get; set; } = '\u001F';

    /// <summary>Behind <c>v1</c> in all paths but that of the configuration.</summary>
    public string Prefix { get; set; } = "";

    public TableMetadata this[string name] => _tables[TableIdentifier.Parse(name)].Metadata;

    /// <summary>Another client's change.</summary>
    /// <exception cref="InvalidOperationException">It does not fit the table.</exception>
    public void Edit(TableCommit commit)
    {
        lock (_lock)
        {
            if (Apply([commit]) is { } refusal)
            {
                throw new InvalidOperationException($"The table cannot be changed so: {refusal.StatusCode}.");
            }
        }
    }

    public void Drop(string name) => _tables.Remove(TableIdentifier.Parse(name));

    public static HttpResponseMessage Json(int status, string body) =>
        new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    public static HttpResponseMessage Html(int status) =>
        new((HttpStatusCode)status) { Content = new StringContent("<html><body>Something went wrong</body></html>", Encoding.UTF8, "text/html") };

    public static HttpResponseMessage Error(int status, string type, string message = "as the test wants it") =>
        Json(status, new JsonObject { ["error"] = new JsonObject { ["message"] = message, ["type"] = type, ["code"] = status } }.ToJsonString());

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            Requests.Add($"{request.Method} {request.RequestUri!.PathAndQuery.TrimStart('/')}");
            Headers = request.Headers.ToDictionary(h => h.Key, h => string.Join(',', h.Value), StringComparer.OrdinalIgnoreCase);
        }

        if (Intercept?.Invoke(request, body) is { } answer)
        {
            return answer;
        }

        HttpResponseMessage response;
        lock (_lock)
        {
            response = Replay(request, body);
        }

        return Corrupt is null ? response : Corrupt(request, response);
    }

    private HttpResponseMessage Replay(HttpRequestMessage request, string body)
    {
        var key = request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.First() : null;
        if (key is null)
        {
            return Answer(request, body);
        }

        if (!_answers.TryGetValue(key, out var known))
        {
            using var response = Answer(request, body);
            using var text = new StreamReader(response.Content.ReadAsStream());
            known = ((int)response.StatusCode, text.ReadToEnd());
            _answers[key] = known;
        }

        return Json(known.Status, known.Body);
    }

    private HttpResponseMessage Answer(HttpRequestMessage request, string body)
    {
        var path = request.RequestUri!.AbsolutePath.TrimStart('/');
        if (path == "v1/config")
        {
            return Json(200, Config.ToJsonString());
        }

        var root = Prefix.Length == 0 ? "v1/" : $"v1/{Prefix}/";
        if (!path.StartsWith(root, StringComparison.Ordinal))
        {
            return Html(404);
        }

        var parts = path[root.Length..].Split('/').Select(Uri.UnescapeDataString).ToArray();
        var method = request.Method.Method;
        return (method, parts) switch
        {
            ("POST", ["transactions", "commit"]) => Commit([.. JsonDocument.Parse(body).RootElement.GetProperty("table-changes").EnumerateArray().Select(CommitJson.Read)], isTransaction: true),
            ("POST", ["tables", "rename"]) => Rename(JsonDocument.Parse(body).RootElement),
            ("GET", ["namespaces"]) => ListNamespaces(request.RequestUri),
            ("POST", ["namespaces"]) => CreateNamespace(JsonDocument.Parse(body).RootElement),
            ("GET", ["namespaces", var space]) => _namespaces.TryGetValue(Name(space), out var properties) ? Json(200, Namespace(space, properties)) : Error(404, "NoSuchNamespaceException"),
            ("DELETE", ["namespaces", var space]) => DropNamespace(Name(space)),
            ("POST", ["namespaces", var space, "properties"]) => SetProperties(Name(space), JsonDocument.Parse(body).RootElement),
            ("GET", ["namespaces", var space, "tables"]) => ListTables(Name(space), request.RequestUri),
            ("POST", ["namespaces", var space, "tables"]) => Create(Name(space), JsonDocument.Parse(body).RootElement),
            ("GET", ["namespaces", var space, "tables", var table]) => Load(TableIdentifier.Parse($"{Name(space)}.{table}"), request),
            ("GET", ["namespaces", _, "tables", _, "credentials"]) => Json(200, (LoadExtra?.Invoke() ?? []).ToJsonString()),
            ("DELETE", ["namespaces", var space, "tables", var table]) => _tables.Remove(TableIdentifier.Parse($"{Name(space)}.{table}")) ? new HttpResponseMessage(HttpStatusCode.NoContent) : Error(404, "NoSuchTableException"),
            ("POST", ["namespaces", _, "tables", _]) => Commit([CommitJson.Read(JsonDocument.Parse(body).RootElement)], isTransaction: false),
            _ => Html(404),
        };
    }

    private string Name(string space) => space.Replace(Separator, '.');

    private HttpResponseMessage Create(string space, JsonElement root)
    {
        var table = TableIdentifier.Parse($"{space}.{root.GetProperty("name").GetString()}");
        if (!_namespaces.ContainsKey(space))
        {
            return Error(404, "NoSuchNamespaceException", $"Namespace does not exist: {space}");
        }

        if (_tables.ContainsKey(table))
        {
            return Error(409, "AlreadyExistsException", "Table already exists");
        }

        var creation = new TableCreation(IcebergSchema.Read(root.GetProperty("schema")), CommitJson.Texts(root.GetProperty("properties")).Remove("format-version"))
        {
            Spec = PartitionSpec.Read(root.GetProperty("partition-spec").Clone()),
            FormatVersion = int.Parse(CommitJson.Texts(root.GetProperty("properties"))["format-version"], CultureInfo.InvariantCulture),
        };
        var metadata = creation.ToCommit(table, $"{warehouse}/{space.Replace('.', '/')}/{table.Name}").ApplyTo(null, Now, out _)!;
        _tables[table] = (metadata, 0);
        return Said(table, withExtra: true);
    }

    private HttpResponseMessage Load(TableIdentifier table, HttpRequestMessage request)
    {
        if (!_tables.ContainsKey(table))
        {
            return Error(404, "NoSuchTableException", $"Table does not exist: {table}");
        }

        return SendsETags && request.Headers.TryGetValues("If-None-Match", out var tags) && tags.First() == ETag(table)
            ? new HttpResponseMessage(HttpStatusCode.NotModified)
            : Said(table, withExtra: true);
    }

    private HttpResponseMessage Commit(IReadOnlyList<TableCommit> commits, bool isTransaction) => Apply(commits) ?? (isTransaction
        ? new HttpResponseMessage(HttpStatusCode.NoContent)
        : Said(commits[0].Identifier, withExtra: false));

    private HttpResponseMessage? Apply(IReadOnlyList<TableCommit> commits)
    {
        var next = new Dictionary<TableIdentifier, (TableMetadata, int)>();
        foreach (var commit in commits)
        {
            if (!_tables.TryGetValue(commit.Identifier, out var now))
            {
                return Error(404, "NoSuchTableException");
            }

            if (commit.Updates.OfType<SnapshotUpdates.AddSnapshot>().Any(a => now.Metadata.FindSnapshot(a.Snapshot.SnapshotId) is not null))
            {
                return Error(400, "ValidationException", "Snapshot already exists");
            }

            if (commit.ApplyTo(now.Metadata, Now, out var objection) is not { } metadata)
            {
                return Error(409, "CommitFailedException", objection!);
            }

            next[commit.Identifier] = (metadata, now.Version + 1);
        }

        foreach (var (table, version) in next)
        {
            _tables[table] = version;
        }

        return null;
    }

    private HttpResponseMessage Said(TableIdentifier table, bool withExtra)
    {
        var answer = withExtra ? LoadExtra?.Invoke() ?? [] : [];
        answer["metadata-location"] = $"{_tables[table].Metadata.Location}/metadata/{_tables[table].Version:D5}.metadata.json";
        answer["metadata"] = JsonNode.Parse(TableMetadataJson.Write(_tables[table].Metadata));
        var response = Json(200, answer.ToJsonString());
        if (SendsETags)
        {
            response.Headers.TryAddWithoutValidation("ETag", ETag(table));
        }

        return response;
    }

    private string ETag(TableIdentifier table) => string.Create(CultureInfo.InvariantCulture, $"\"{_tables[table].Metadata.TableUuid}-{_tables[table].Version}\"");

    private long Now => (clock ?? TimeProvider.System).GetUtcNow().ToUnixTimeMilliseconds();

    private HttpResponseMessage CreateNamespace(JsonElement root)
    {
        var properties = root.TryGetProperty("properties", out var given) ? CommitJson.Texts(given) : ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
        return _namespaces.TryAdd(string.Join('.', CommitJson.Levels(root.GetProperty("namespace"))), properties) ? Json(200, root.GetRawText()) : Error(409, "AlreadyExistsException");
    }

    private HttpResponseMessage DropNamespace(string space) =>
        !_namespaces.ContainsKey(space) ? Error(404, "NoSuchNamespaceException")
        : _tables.Keys.Any(t => string.Join('.', t.Namespace) == space) ? Error(409, "NamespaceNotEmptyException")
        : _namespaces.Remove(space) ? new HttpResponseMessage(HttpStatusCode.NoContent) : Html(500);

    private HttpResponseMessage SetProperties(string space, JsonElement root)
    {
        if (!_namespaces.TryGetValue(space, out var now))
        {
            return Error(404, "NoSuchNamespaceException");
        }

        _namespaces[space] = now.RemoveRange(root.GetProperty("removals").EnumerateArray().Select(r => r.GetString()!)).SetItems(CommitJson.Texts(root.GetProperty("updates")));
        return Json(200, """{"updated":[],"removed":[]}""");
    }

    private HttpResponseMessage Rename(JsonElement root)
    {
        var (from, to) = (CommitJson.Identifier(root.GetProperty("source")), CommitJson.Identifier(root.GetProperty("destination")));
        if (_tables.ContainsKey(to))
        {
            return Error(409, "AlreadyExistsException");
        }

        if (!_tables.Remove(from, out var table))
        {
            return Error(404, "NoSuchTableException");
        }

        _tables[to] = table;
        return new HttpResponseMessage(HttpStatusCode.NoContent);
    }

    private HttpResponseMessage ListNamespaces(Uri uri)
    {
        var parent = Query(uri, "parent") is { } p ? Name(p) : null;
        var below = _namespaces.Keys.Where(n => parent is null ? !n.Contains('.', StringComparison.Ordinal) : n.StartsWith(parent + ".", StringComparison.Ordinal) && n.LastIndexOf('.') == parent.Length);
        return Page("namespaces", [.. below.Order(StringComparer.Ordinal).Select(n => (JsonNode)new JsonArray([.. n.Split('.').Select(l => (JsonNode)l)]))], uri);
    }

    private HttpResponseMessage ListTables(string space, Uri uri) => !_namespaces.ContainsKey(space)
        ? Error(404, "NoSuchNamespaceException")
        : Page("identifiers", [.. _tables.Keys.Where(t => string.Join('.', t.Namespace) == space).OrderBy(t => t.Name, StringComparer.Ordinal)
            .Select(t => (JsonNode)new JsonObject { ["namespace"] = new JsonArray([.. t.Namespace.Select(l => (JsonNode)l)]), ["name"] = t.Name })], uri);

    private HttpResponseMessage Page(string name, List<JsonNode> items, Uri uri)
    {
        var first = Query(uri, "pageToken") is { Length: > 0 } token ? int.Parse(token[1..], CultureInfo.InvariantCulture) : 0;
        var size = Query(uri, "pageSize") is { } asked ? int.Parse(asked, CultureInfo.InvariantCulture) : PageSize;
        var page = items.Skip(first).Take(size).ToArray();
        var answer = new JsonObject { [name] = new JsonArray(page) };
        answer["next-page-token"] = first + page.Length < items.Count ? $"&{(first + page.Length).ToString(CultureInfo.InvariantCulture)}" : null;
        return Json(200, answer.ToJsonString());
    }

    private static string? Query(Uri uri, string name) => uri.Query.TrimStart('?').Split('&')
        .Where(p => p.StartsWith(name + "=", StringComparison.Ordinal)).Select(p => Uri.UnescapeDataString(p[(name.Length + 1)..])).FirstOrDefault();

    private static string Namespace(string space, ImmutableSortedDictionary<string, string> properties) => new JsonObject
    {
        ["namespace"] = new JsonArray([.. space.Split('\u001F').Select(l => (JsonNode)l)]),
        ["properties"] = new JsonObject(properties.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))),
    }.ToJsonString();
}
