namespace CdcLake.Testing.S3;

/// <summary>What a request is answered with.</summary>
internal sealed record S3Answer(int Status, byte[] Body)
{
    public string? ETag { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public static S3Answer Nothing(int status) => new(status, []);

    public static S3Answer Xml(string xml) => new(200, System.Text.Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + xml))
    {
        Headers = new Dictionary<string, string> { ["Content-Type"] = "application/xml" },
    };

    public static S3Answer Error(int status, string code, string message = "by the fake") =>
        Xml($"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>fake</RequestId></Error>") with { Status = status };
}
