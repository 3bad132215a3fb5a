using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Xml.Linq;

namespace CdcLake.Testing.S3;

/// <summary>Buckets' contents and what requests do to them. Thread-safe.</summary>
internal sealed class S3Objects(string bucket)
{
    private const string Crc = "x-amz-checksum-crc32";
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, byte[]> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<int, byte[]>> _uploads = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>Names of one page of a listing.</summary>
    public int PageSize { get; set; } = 7;

    /// <summary>False: a put with If-None-Match overwrites, as some clones do.</summary>
    public bool KeepsConditions { get; set; } = true;

    /// <summary>What it says to the deletion of several objects; null does it.</summary>
    public S3Answer? BulkDeletes { get; set; }

    /// <summary>Headers of the last put.</summary>
    public IReadOnlyDictionary<string, string> LastPut { get; private set; } = new Dictionary<string, string>();

    /// <summary>Uploads that were neither completed nor aborted.</summary>
    public int OpenUploads
    {
        get
        {
            lock (_lock)
            {
                return _uploads.Count;
            }
        }
    }

    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_lock)
            {
                return [.. _objects.Keys];
            }
        }
    }

    public void Put(string key, byte[] content)
    {
        lock (_lock)
        {
            _objects[key] = content;
        }
    }

    public S3Answer Answer(S3Request request)
    {
        lock (_lock)
        {
            return request.Bucket != bucket ? S3Answer.Error(404, "NoSuchBucket") : request.Operation switch
            {
                "ListObjectsV2" => List(request),
                "DeleteObjects" => BulkDeletes ?? DeleteMany(request),
                "GetObject" or "HeadObject" => Get(request),
                "PutObject" => Put(request),
                "CreateMultipartUpload" => Begin(request),
                "UploadPart" => Part(request),
                "CompleteMultipartUpload" => Complete(request),
                "AbortMultipartUpload" => S3Answer.Nothing(_uploads.Remove(request["uploadId"]!) ? 204 : 404),
                "DeleteObject" => Delete(request.Key),
                _ => S3Answer.Error(501, "NotImplemented"),
            };
        }
    }

#pragma warning disable CA5351 // an ETag of S3 is the MD5 of the content, and the SDK checks it
    private static string TagOf(byte[] content) => $"\"{Convert.ToHexStringLower(MD5.HashData(content))}\"";
#pragma warning restore CA5351

    private static string ChecksumOf(byte[] content)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Crc32.HashToUInt32(content));
        return Convert.ToBase64String(bytes);
    }

    private static S3Answer? Damage(S3Request request) =>
        request.Headers.TryGetValue(Crc, out var crc) && crc != ChecksumOf(request.Body) ? S3Answer.Error(400, "BadDigest") : null;

    private S3Answer Put(S3Request request)
    {
        LastPut = request.Headers;
        if (Damage(request) is { } damage)
        {
            return damage;
        }

        if (KeepsConditions && request.Headers.GetValueOrDefault("if-none-match") == "*" && _objects.ContainsKey(request.Key))
        {
            return S3Answer.Error(412, "PreconditionFailed");
        }

        _objects[request.Key] = request.Body;
        return S3Answer.Nothing(200) with { ETag = TagOf(request.Body) };
    }

    private S3Answer Get(S3Request request)
    {
        if (!_objects.TryGetValue(request.Key, out var content))
        {
            return request.Method == "HEAD" ? S3Answer.Nothing(404) : S3Answer.Error(404, "NoSuchKey");
        }

        var tag = TagOf(content);
        if (request.Headers.TryGetValue("if-match", out var wanted) && wanted != tag)
        {
            return S3Answer.Error(412, "PreconditionFailed");
        }

        if (!request.Headers.TryGetValue("range", out var range))
        {
            var headers = new Dictionary<string, string>
            {
                [Crc] = ChecksumOf(content), ["x-amz-checksum-type"] = "FULL_OBJECT", ["Last-Modified"] = TimeProvider.System.GetUtcNow().ToString("R", CultureInfo.InvariantCulture),
            };
            return new S3Answer(200, content) { ETag = tag, Headers = headers };
        }

        var ends = range["bytes=".Length..].Split('-');
        var start = ends[0].Length > 0 ? int.Parse(ends[0], CultureInfo.InvariantCulture) : Math.Max(0, content.Length - int.Parse(ends[1], CultureInfo.InvariantCulture));
        var end = ends[0].Length > 0 ? Math.Min(content.Length - 1, int.Parse(ends[1], CultureInfo.InvariantCulture)) : content.Length - 1;
        return start > end ? S3Answer.Error(416, "InvalidRange") : new S3Answer(206, content[start..(end + 1)])
        {
            ETag = tag, Headers = new Dictionary<string, string> { ["Content-Range"] = $"bytes {start}-{end}/{content.Length}" },
        };
    }

    private S3Answer List(S3Request request)
    {
        var prefix = request["prefix"] ?? "";
        var after = request["continuation-token"] ?? "";
        var fitting = _objects.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(o.Key, after) > 0).Take(PageSize + 1).ToList();
        var page = fitting.Take(PageSize).ToList();
        var xml = new XElement("ListBucketResult", new XElement("IsTruncated", fitting.Count > PageSize ? "true" : "false"), new XElement("KeyCount", page.Count));
        if (fitting.Count > PageSize)
        {
            xml.Add(new XElement("NextContinuationToken", page[^1].Key));
        }

        xml.Add(page.Select(o => new XElement("Contents", new XElement("Key", o.Key), new XElement("Size", o.Value.Length), new XElement("ETag", TagOf(o.Value)))));
        return S3Answer.Xml(xml.ToString(SaveOptions.DisableFormatting));
    }

    private S3Answer Delete(string key)
    {
        _objects.Remove(key);
        return S3Answer.Nothing(204);
    }

    private S3Answer DeleteMany(S3Request request)
    {
        if (Damage(request) is { } damage)
        {
            return damage;
        }

        var keys = XDocument.Parse(System.Text.Encoding.UTF8.GetString(request.Body)).Descendants().Where(e => e.Name.LocalName == "Key").Select(e => e.Value).ToList();
        keys.ForEach(k => _objects.Remove(k));
        return keys.Count > 1000 ? S3Answer.Error(400, "MalformedXML") : S3Answer.Xml("<DeleteResult></DeleteResult>");
    }

    private S3Answer Begin(S3Request request)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"upload-{++_count}");
        _uploads[id] = [];
        return S3Answer.Xml($"<InitiateMultipartUploadResult><Bucket>{bucket}</Bucket><Key>x</Key><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
    }

    private S3Answer Part(S3Request request)
    {
        if (!_uploads.TryGetValue(request["uploadId"]!, out var parts))
        {
            return S3Answer.Error(404, "NoSuchUpload");
        }

        parts[int.Parse(request["partNumber"]!, CultureInfo.InvariantCulture)] = request.Body;
        return Damage(request) ?? S3Answer.Nothing(200) with { ETag = TagOf(request.Body) };
    }

    private S3Answer Complete(S3Request request)
    {
        if (!_uploads.TryGetValue(request["uploadId"]!, out var parts))
        {
            return S3Answer.Error(404, "NoSuchUpload");
        }

        var named = XDocument.Parse(System.Text.Encoding.UTF8.GetString(request.Body)).Descendants().Where(e => e.Name.LocalName == "Part")
            .Select(p => (Number: (int)p.Elements().First(e => e.Name.LocalName == "PartNumber"), Tag: p.Elements().First(e => e.Name.LocalName == "ETag").Value)).ToList();
        if (named.Count != parts.Count || named.Any(p => !parts.TryGetValue(p.Number, out var content) || TagOf(content).Trim('"') != p.Tag.Trim('"')))
        {
            return S3Answer.Error(400, "InvalidPart");
        }

        if (parts.SkipLast(1).Any(p => p.Value.Length < 5 << 20))
        {
            return S3Answer.Error(400, "EntityTooSmall");
        }

        _objects[request.Key] = [.. parts.Values.SelectMany(p => p)];
        _uploads.Remove(request["uploadId"]!);
        return S3Answer.Xml($"<CompleteMultipartUploadResult><Bucket>{bucket}</Bucket><Key>x</Key><ETag>&quot;{named.Count}&quot;</ETag></CompleteMultipartUploadResult>");
    }
}
