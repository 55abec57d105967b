// One thread an output pixel, from decoded images of any sizes to the network's input: Pillow's bilinear resize, centre crop,
// normalise. Every pixel is summed as Pillow sums it: a triangle as wide as the scale, along the row first, rounded to 8 bits,
// then down the column, rounded again. No header is needed: NVRTC compiles this where there is neither compiler nor toolkit.

#if BITS == 16 && BRAIN
__device__ unsigned short stored(float value) {  // bfloat16, rounded to nearest, ties to even
  unsigned bits = __float_as_uint(value);
  return (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
}
typedef unsigned short number;
#elif BITS == 16
__device__ unsigned short stored(float value) {
  unsigned short half;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(half) : "f"(value));
  return half;
}
typedef unsigned short number;
#else
__device__ float stored(float value) { return value; }
typedef float number;
#endif

extern "C" __global__ void resized(const unsigned long long *pointers, const float *numbers, number *output) {
  const int image = blockIdx.y, pixel = blockIdx.x * blockDim.x + threadIdx.x;
  if (pixel >= SIDE * SIDE) return;
  const unsigned char *source = (const unsigned char *)pointers[image];
  const float *row = numbers + image * 8;
  const int width = (int)row[0], height = (int)row[1];
  const long long pitch = (long long)row[2];
  const float across = row[5], down = row[6], reach_x = fmaxf(across, 1.0f), reach_y = fmaxf(down, 1.0f);
  const float centre_x = row[3] + ((pixel % SIDE) + 0.5f) * across, centre_y = row[4] + ((pixel / SIDE) + 0.5f) * down;
  const int first_x = max((int)(centre_x - reach_x + 0.5f), 0), last_x = min((int)(centre_x + reach_x + 0.5f), width);
  const int first_y = max((int)(centre_y - reach_y + 0.5f), 0), last_y = min((int)(centre_y + reach_y + 0.5f), height);
  float weight_x = 0.0f, weight_y = 0.0f, red = 0.0f, green = 0.0f, blue = 0.0f;
  for (int x = first_x; x < last_x; x++) weight_x += fmaxf(1.0f - fabsf((x - centre_x + 0.5f) / reach_x), 0.0f);
  for (int y = first_y; y < last_y; y++) {
    const float weight = fmaxf(1.0f - fabsf((y - centre_y + 0.5f) / reach_y), 0.0f);
    weight_y += weight;
    float row_red = 0.0f, row_green = 0.0f, row_blue = 0.0f;
    const unsigned char *at = source + y * pitch + first_x * 3;
    for (int x = first_x; x < last_x; x++, at += 3) {
      const float share = fmaxf(1.0f - fabsf((x - centre_x + 0.5f) / reach_x), 0.0f);
      row_red += share * at[0];
      row_green += share * at[1];
      row_blue += share * at[2];
    }
    red += weight * floorf(row_red / weight_x + 0.5f);
    green += weight * floorf(row_green / weight_x + 0.5f);
    blue += weight * floorf(row_blue / weight_x + 0.5f);
  }
  number *out = output + ((long long)image * SIDE * SIDE + pixel) * 3;
  out[0] = stored((floorf(red / weight_y + 0.5f) / 255.0f - 0.485f) / 0.229f);
  out[1] = stored((floorf(green / weight_y + 0.5f) / 255.0f - 0.456f) / 0.224f);
  out[2] = stored((floorf(blue / weight_y + 0.5f) / 255.0f - 0.406f) / 0.225f);
}
