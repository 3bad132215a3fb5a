using System.Diagnostics;
using System.Globalization;
using System.Text;
using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.MySql.PrintedLogs;

/// <summary>Reads log files through MySQL's own program.</summary>
internal static class PrintedLog
{
    public const string Variable = "CDCLAKE_TEST_MYSQLBINLOG";

    private const string Prefix = "### ";
    private const string Value = "###   @";
    private const string Continued = "###      ";

    /// <summary>All row images of the files, in their order.</summary>
    public static IEnumerable<PrintedImage> Read(IReadOnlyList<string> files)
    {
        var start = new ProcessStartInfo(TestServers.Get(Variable), ["--no-defaults", "-vv", "--base64-output=decode-rows", .. files])
        {
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.Latin1, // values stand there in their own character sets
        };
        using var process = Process.Start(start)!;
        PrintedImage? image = null;
        string? value = null;
        var table = "";
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (!line.StartsWith(Prefix, StringComparison.Ordinal))
            {
                continue;
            }

            if (line.StartsWith(Continued, StringComparison.Ordinal))
            {
                value += line[Prefix.Length..];
                continue;
            }

            if (value is not null)
            {
                image!.Values.Add(ValueOf(value));
                value = null;
            }

            if (line.StartsWith(Value, StringComparison.Ordinal))
            {
                value = line;
                continue;
            }

            if (image is { Values.Count: > 0 })
            {
                yield return image;
            }

            table = line.Contains('`', StringComparison.Ordinal) ? line.Split('`')[3] : table;
            image = new PrintedImage(table, line == "### WHERE" ? -1 : 1, []);
        }

        if (image is not null)
        {
            image.Values.Add(ValueOf(value!));
            yield return image;
        }

        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>What stands between quotes, each byte as a character.</summary>
    public static string Unquoted(string text)
    {
        var bytes = new StringBuilder(text.Length);
        for (var i = 1; i < text.Length - 1; i++)
        {
            if (text[i] != '\\')
            {
                bytes.Append(text[i]);
                continue;
            }

            i++;
            if (text[i] == 'x')
            {
                bytes.Append((char)byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 2;
                continue;
            }

            bytes.Append(text[i] switch { '0' => '\0', 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', 'Z' => '\x1a', var other => other });
        }

        return bytes.ToString();
    }

    // ###   @4=-1.50000 /* DECIMAL(20,5) meta=5125 nullable=1 is_null=0 */
    private static PrintedValue ValueOf(string line)
    {
        var comment = line.LastIndexOf(" /* ", StringComparison.Ordinal);
        Assert.True(comment > 0, line);
        var begin = line.IndexOf('=', StringComparison.Ordinal) + 1;
        var text = line[begin..comment].TrimEnd();
        return new PrintedValue(line[(comment + 4)..line.LastIndexOf(" meta=", StringComparison.Ordinal)], text == "NULL" ? null : text);
    }
}
