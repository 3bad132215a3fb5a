SET time_zone='+00:00'; SET NAMES utf8mb4;
SELECT id, i8, u8, y+0, i16, u16, i24, u24, i32, u32+0, i64, u64, d1, d2, d3, d4, d5, d6, d7, d8, d9, d10, f+0e0, f7+0e0, g, c, v, v64, t, tt, mt, lt, l1, u3, a, cl, CONVERT(gb USING utf8mb4), HEX(b), HEX(vb), HEX(bl), HEX(tb), HEX(lb),
 dt, t0, t2, t3, t6, dt0, dt1, dt4, dt6, ts, ts5, e, s, s64, b1+0, b8+0, b9+0, b33+0, b63+0, b64+0, CAST(j AS CHAR), SUBSTR(HEX(p), 9), HEX(ve), after_all, gen, sto, inv FROM fx.types ORDER BY id;
