using System.Collections.Immutable;
using CdcLake.Columnar;
using CdcLake.MySql.Charsets;

namespace CdcLake.MySql.Tables;

/// <summary>
/// A column as MySQL stores it. It is built from a TABLE_MAP event with full metadata (<see cref="Binlog"/>) or from information_schema
/// (<see cref="MySqlColumnTypeText"/>); both ways give the same <see cref="DataType"/>, so that snapshot and log agree.
/// </summary>
/// <param name="Name">As declared.</param>
/// <param name="Type">Stored type; ENUM and SET are resolved.</param>
/// <param name="Length">
/// CHAR, VARCHAR, BINARY, VARBINARY: most bytes. TEXT and BLOB: bytes of the length prefix (1–4). DECIMAL: digits. BIT: bits.
/// ENUM and SET: bytes of the stored value. JSON, spatial types and VECTOR: bytes of the length prefix. Otherwise 0.
/// </param>
/// <param name="Scale">DECIMAL: fractional digits. TIME, DATETIME, TIMESTAMP: fractional digits of the second (0–6). Otherwise 0.</param>
/// <param name="IsUnsigned">For integers; without meaning elsewhere.</param>
/// <param name="Charset">MySQL's name such as <c>utf8mb4</c>; <c>binary</c> for byte strings; empty for types that hold no text.</param>
/// <param name="Labels">Of ENUM and SET, in declared order; otherwise empty.</param>
/// <param name="IsNullable">True when the column may hold NULL.</param>
/// <param name="KeyOrder">Position in the primary key from 1, or 0.</param>
internal sealed record MySqlColumn(
    string Name,
    MySqlTypeCode Type,
    int Length,
    int Scale,
    bool IsUnsigned,
    string Charset,
    ImmutableArray<string> Labels,
    bool IsNullable,
    int KeyOrder)
{
    /// <summary>What newer versions of MariaDB do about computed columns.</summary>
    public const string NotLogged = "does not log computed columns with updates and deletes";

    /// <summary>What can be done about a column that cannot be captured.</summary>
    public const string LeaveOut = "Leave the column out: name the others in Select, or in the row type.";

    private MySqlColumnMapping? _mapping;

    /// <summary>What becomes of dates in it that no calendar has.</summary>
    public InvalidDates InvalidDates
    {
        get;
        init
        {
            field = value;
            _mapping = null; // copied from the column that this one is made of
        }
    }

    /// <summary>MySQL's name of how its text compares, such as <c>utf8mb4_0900_ai_ci</c>; empty where it is not known, and for types that hold no text.</summary>
    public string Collation { get; init; } = "";

    /// <summary>What the column has in a row that says nothing of it; known from information_schema only, and where it was asked for.</summary>
    public DeclaredDefault? Default { get; init; }

    /// <summary>True when its values stand compressed in the log (COMPRESSED, of MariaDB); known from the log only.</summary>
    public bool IsCompressed { get; init; }

    /// <summary>True when the server computes its values from other columns; known from information_schema only, not from the log.</summary>
    public bool IsGenerated { get; init; }

    /// <summary>True when the server computes its values and leaves them out of its log.</summary>
    public bool IsNotLogged { get; init; }

    /// <summary>The type of the values in a batch; Binary when <see cref="Unsupported"/> says so.</summary>
    public DataType DataType => Mapping.Type;

    /// <summary>Why the column cannot be captured, or null when it can.</summary>
    public string? Unsupported => IsNotLogged ? $"it is computed, and the server {NotLogged}" : Mapping.Unsupported;

    /// <summary>Type text as in a column definition, for messages: <c>int unsigned</c>, <c>decimal(10,2)</c>, <c>varchar(64)</c>.</summary>
    public string NativeType => MySqlColumnTypeText.Format(this);

    /// <summary>True for strings of bytes: BINARY, VARBINARY, BLOB.</summary>
    public bool IsBinary => Charset == MySqlCharsets.Binary;

    private MySqlColumnMapping Mapping => _mapping ??= MySqlColumnMapping.Of(this);
}
